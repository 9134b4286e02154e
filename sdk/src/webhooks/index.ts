/** For receivers of Rolecall’s webhooks: verification, and a middleware for Express. */
export type { EventData, EventOfType, EventType, RolecallEvent } from '@rolecall/contract'
export { type WebhookErrorCode, WebhookVerificationError } from './error.ts'
export type { WebhookHeaders } from './headers.ts'
export type { ReceiverRequest } from './raw-body.ts'
export { type ReceiverResponse, type WebhookReceiverOptions, webhookReceiver } from './receiver.ts'
export { type VerifyOptions, verifyWebhook } from './verify.ts'
