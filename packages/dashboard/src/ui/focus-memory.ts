// Where the focus was last on the page itself: not in a dialog, a menu or a dropdown, which go away.
const passing = '[role="dialog"], [role="menu"], [role="presentation"]'
let last: HTMLElement | undefined

/** Begins to remember; once, before anything can be focused. */
export function rememberFocus(): void {
  document.addEventListener('focusin', ({ target }) => {
    if (target instanceof HTMLElement && target.closest(passing) === null) last = target
  })
}

/** Back to where one was before a dialog; to the page’s content if that is gone. */
export function returnFocus(): void {
  const place = last?.isConnected === true ? last : document.getElementById('main')
  place?.focus({ preventScroll: true })
}
