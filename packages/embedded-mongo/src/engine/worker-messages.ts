/** What the worker tells the thread that started it. */
export type FromWorker =
  | { readonly type: 'ready'; readonly uri: string }
  | { readonly type: 'refused' | 'broken' | 'unexpected'; readonly message: string; readonly stack: string }
  | { readonly type: 'stopped' }

export interface ToWorker {
  readonly type: 'stop'
}
