/** The door of subscriptions: the rows, the feed out of the outbox, the schema. */
export { SOCKET_PATH, subscriptionRoutes } from './routes.ts'
export { subscriptionMigrations } from './schema.ts'
export { type SubscriptionService, subscriptionService } from './service.ts'
export { topicTypes } from './topics.ts'
export { topicUrl } from './resource.ts'
