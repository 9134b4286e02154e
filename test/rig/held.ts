import type { Page } from 'playwright-core'

/** Holds what the page sends by this method to this path, once, until it is let go. */
export async function hold(
  page: Page,
  method: string,
  path: string,
): Promise<{ readonly asked: Promise<void>; readonly letGo: () => void }> {
  const [asked, ask] = aSignal()
  const [free, letGo] = aSignal()
  let isOver = false
  await page.route(
    (url) => url.pathname === `/v1${path}`,
    async (route) => {
      if (isOver || route.request().method() !== method) return route.fallback()
      isOver = true
      ask()
      await free
      return route.continue()
    },
  )
  return { asked, letGo }
}

function aSignal(): [said: Promise<void>, say: () => void] {
  let say = () => {}
  const said = new Promise<void>((resolve) => {
    say = resolve
  })
  return [said, say]
}
