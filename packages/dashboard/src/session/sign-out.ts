import { RolecallError } from '@rolecall/sdk'
import { notify } from '../notices/notify.ts'
import { rolecall } from '../rolecall.ts'

/** Signs out in all tabs; says so if the server could not be told. */
export async function signOut(): Promise<void> {
  try {
    await rolecall.signOut()
  } catch (error) {
    if (!(error instanceof RolecallError)) throw error
    notify('You are signed out here, but the server could not be told. The session ends by itself.')
  }
}
