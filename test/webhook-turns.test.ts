import { setImmediate as endOfTurn } from 'node:timers/promises'
import { expect } from 'chai'
import { createAfterTheAnswer } from '../server/src/webhooks/after-the-answer.ts'

describe('endpoints that a change concerns', () => {
  it('are woken once the change is answered, one in each turn, each once and in order', async () => {
    const woken: number[] = []
    const wakeSoon = createAfterTheAnswer((id) => woken.push(Number(id)))
    const ids = Array.from({ length: 10 }, (_, index) => index)
    for (const id of [...ids, ...ids]) wakeSoon(String(id))
    // As the answer to a change waits for the feed.
    await endOfTurn()
    expect(woken).to.deep.equal([])
    for (let before = 0; before < ids.length; before = woken.length) {
      await endOfTurn()
      expect(woken.length - before).to.be.at.most(1)
    }
    expect(woken).to.deep.equal(ids)
    wakeSoon('7')
    while (woken.length === ids.length) await endOfTurn()
    expect(woken).to.deep.equal([...ids, 7])
  })
})
