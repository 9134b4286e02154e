/** Members and roles of an organisation as they are at this moment: whatever changes, the SDK's views change, and we draw. */
import { builtInRoles, Rolecall } from '@rolecall/sdk'

const find = (selector) => document.querySelector(selector)
const rolecall = new Rolecall({ baseUrl: find('meta[name=rolecall]').content })
let stop = () => {}

find('#sign-in').addEventListener('submit', async (event) => {
  event.preventDefault()
  const { email, password } = Object.fromEntries(new FormData(event.target))
  try {
    await rolecall.sessions.create({ email, password })
  } catch (error) {
    find('#error').textContent = error.message
    return
  }
  find('#error').textContent = ''
  find('#sign-in').hidden = true
  find('#dashboard').hidden = false
  const organisations = rolecall.liveOrganisations()
  organisations.subscribe(() => drawOrganisations(organisations.rows))
})

rolecall.onSignedOut(() => location.reload())
find('#organisations').addEventListener('change', (event) => show(event.target.value))

/** The switcher. When the organisation that is shown is gone from it, the first one is shown. */
function drawOrganisations(rows) {
  const shown = find('#organisations').value
  find('#organisations').replaceChildren(...rows.map(({ id, name }) => new Option(name, id, false, id === shown)))
  if (rows.length > 0 && !rows.some(({ id }) => id === shown)) show(rows[0].id)
}

function show(organisation) {
  stop()
  const live = rolecall.live(organisation)
  const draw = () => drawOrganisation(live)
  const stops = [live.subscribe(draw), live.members.subscribe(draw), () => live.close()]
  stop = () => {
    for (const one of stops) one()
  }
  draw()
}

function drawOrganisation({ role, status, members }) {
  find('#role').textContent = builtInRoles[role]?.name ?? '…'
  find('#status').textContent = status.state
  // On demotion the view is emptied at that very place in the order of events; on promotion it is read anew.
  find('#hidden').hidden = members.status !== 'hidden'
  find('#members').hidden = members.status === 'hidden'
  find('#members tbody').replaceChildren(...members.rows.map(drawMember))
}

function drawMember({ account, role, change }) {
  const row = document.createElement('tr')
  row.classList.toggle('changed', change !== undefined && Date.now() - change.receivedAt < 3_000)
  for (const text of [account.name, account.email, builtInRoles[role].name, change?.actor.name ?? '']) {
    row.insertCell().textContent = text
  }
  return row
}
