/** The door of subscriptions: the rows, the feed out of the outbox, the schema. */
export { SOCKET_PATH, subscriptionCapability } from './capability.ts'
export { subscriptionRoutes } from './routes.ts'
export { subscriptionMigrations } from './schema.ts'
export { type SubscriptionService, subscriptionService } from './service.ts'
