import type { Page } from 'playwright-core'

/**
 * Acts, and resolves once a row of a page has said these words, which it does for two seconds alone. The page itself
 * watches for them from before: who asks it from outside may come too late where the machine is busy.
 */
export async function marked<Value>(page: Page, row: string, words: string, act: () => Promise<Value>): Promise<Value> {
  const watching = await page.evaluateHandle(
    (wanted) => {
      const said = new Promise<void>((resolve) => {
        const observer = new MutationObserver(() => {
          for (const { textContent } of document.querySelectorAll('tr, li')) {
            if (wanted.every((text) => textContent?.includes(text))) resolve()
          }
        })
        observer.observe(document.body, { childList: true, characterData: true, subtree: true })
      })
      return { said }
    },
    [row, words],
  )
  const value = await act()
  await watching.evaluate(({ said }) => said)
  return value
}
