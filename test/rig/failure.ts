import { RolecallError } from '@rolecall/sdk'
import { expect } from 'chai'

/** What a call of the SDK was refused with. */
export async function failure(act: PromiseLike<unknown>): Promise<RolecallError> {
  try {
    await act
  } catch (error) {
    expect(error).to.be.instanceOf(RolecallError)
    return error as RolecallError
  }
  throw new Error('It succeeded.')
}
