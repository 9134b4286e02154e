import { setImmediate as endOfTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { createAfterTheAnswer } from '../server/src/webhooks/after-the-answer.ts'

const ids = Array.from({ length: 10 }, (_, index) => index)

describe('endpoints that a change concerns', () => {
  it('are woken once the change is answered, one in each turn, each once and in order', async () => {
    const woken: number[] = []
    let answered: () => void = expect.fail
    const wakeSoon = createAfterTheAnswer(
      (id) => woken.push(Number(id)),
      (begin) => (answered = begin),
    )
    for (const id of [...ids, ...ids]) wakeSoon(String(id))
    // The commit of a change whose event was applied is heard of turns later.
    for (let turn = 0; turn < 5; turn += 1) await endOfTurn()
    expect(woken).to.deep.equal([])
    answered()
    expect(woken).to.deep.equal([0])
    for (let before = woken.length; before < ids.length; before = woken.length) {
      await endOfTurn()
      expect(woken.length - before).to.be.at.most(1)
    }
    expect(woken).to.deep.equal(ids)
    wakeSoon('7')
    answered()
    expect(woken).to.deep.equal([...ids, 7])
  })

  it('are not woken within the millisecond in which the event was applied', async () => {
    let wokenAt: number | undefined
    const wakeSoon = createAfterTheAnswer(() => (wokenAt = performance.now()))
    const appliedAt = performance.now()
    wakeSoon('7')
    while (wokenAt === undefined) await endOfTurn()
    expect(wokenAt - appliedAt).to.be.at.least(1)
  })
})
