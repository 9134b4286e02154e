import { Rolecall } from '@rolecall/sdk'

/** The one client of the page. The refresh token stays in a cookie that no script can read. */
export const rolecall = new Rolecall({ baseUrl: location.origin, cookie: true })
