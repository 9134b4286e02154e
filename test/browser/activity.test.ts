import { expect } from 'chai'
import { checkPages, findBarriers, keepPicture, openBrowser, signIn } from '../rig/dashboard.ts'
import { anOrganisation } from '../rig/people.ts'
import { sharedServer } from '../rig/server.ts'

describe('the log in a browser', () => {
  afterEach(checkPages)

  it('is narrowed by what happened, by whom and to what, and stays so by its address, while more happens', async function () {
    const { id, admin, add } = await anOrganisation({ name: 'Ada Lovelace' })
    const grace = await add('manager', { name: 'Grace Hopper' })
    await add('developer', { name: 'Alan Turing' })
    await grace.api('PATCH', `/organisations/${id}`, { description: 'Makes rockets.' })
    const page = await openBrowser(this)
    await signIn(page, admin)
    await page.goto(`/o/${id}/activity`)
    await page.getByText('Grace Hopper described the organisation anew').waitFor()
    await page.getByLabel('Who did it').selectOption('Grace Hopper')
    await page.getByText('Ada Lovelace added').first().waitFor({ state: 'detached' })
    await page.reload()
    await page.getByText('Grace Hopper described the organisation anew').waitFor()
    expect(await page.getByText('Ada Lovelace added').count()).to.equal(0)
    await keepPicture(page, 'activity-narrowed')

    await page.getByLabel('Who did it').selectOption('By anybody')
    await page.getByRole('button', { name: /added Alan Turing as Developer/ }).click()
    await page.getByRole('link', { name: /^mem_/ }).click()
    await page.getByText('Ada Lovelace added Grace Hopper').waitFor({ state: 'detached' })
    await page.getByRole('button', { name: /^About mem_/ }).waitFor()
    const { body } = await admin.api('GET', `/organisations/${id}/members?q=alan`)
    await grace.api('PATCH', `/organisations/${id}`, { description: 'Makes anvils.' })
    await grace.api('PATCH', `/organisations/${id}/members/${body.data[0].id}`, { role: 'accounting' })
    await page.getByText('Grace Hopper changed the role of Alan Turing').waitFor()
    expect(await page.getByText('described the organisation').count()).to.equal(0)
    expect(await findBarriers(page)).to.deep.equal([])
  })

  it('is downloaded and verified by an Admin, who is told which event does not fit', async function () {
    const { id, admin, add } = await anOrganisation({ name: 'Ada Lovelace' })
    const grace = await add('manager', { name: 'Grace Hopper' })
    const [hers, theirs] = [await openBrowser(this), await openBrowser(this)]
    await Promise.all([signIn(hers, admin), signIn(theirs, grace)])
    await hers.goto(`/o/${id}/activity`)
    await hers.getByRole('button', { name: 'Verify' }).click()
    await hers.getByText('The log is as it was written').waitFor()
    await keepPicture(hers, 'activity-verified')
    await hers.getByRole('button', { name: 'Download' }).click()
    const download = hers.waitForEvent('download')
    await hers.getByRole('menuitem', { name: 'As a table (CSV)' }).click()
    expect((await download).suggestedFilename()).to.equal('events.csv')

    const events = (await sharedServer()).app.connection.collection<{ log: string; seq: number }>('events')
    await events.updateOne({ log: id, seq: 2 }, { $set: { 'data.member.role': 'manager' } })
    await hers.getByRole('button', { name: 'Verify' }).click()
    await hers.getByText('Event 2 is the first that does not fit').waitFor()
    await keepPicture(hers, 'activity-bad')
    expect(await findBarriers(hers)).to.deep.equal([])

    await theirs.goto(`/o/${id}/activity`)
    await theirs.getByText('Ada Lovelace added').waitFor()
    expect(await theirs.getByRole('button', { name: /^(Verify|Download)$/ }).count()).to.equal(0)
  })
})
