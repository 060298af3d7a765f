import { topicTypes } from './topics.ts'
import { topicUrl } from './resource.ts'

/** Path at which lines are opened. */
export const SOCKET_PATH = '/fhir/R4/$subscription-socket'

const TOPIC = 'http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/capabilitystatement-subscriptiontopic-canonical'
const WEBSOCKET = 'http://hl7.org/fhir/StructureDefinition/capabilitystatement-websocket'
const operation = (name: string, code: string) => ({
  name,
  definition: `http://hl7.org/fhir/uv/subscriptions-backport/OperationDefinition/backport-subscription-${code}`,
})

/** Where lines are opened. @param base address of the FHIR surface */
export const socketUrl = (base: string): string => `${base.replace(/^http/, 'ws').replace(/\/fhir\/R4$/, '')}${SOCKET_PATH}`

/** What the CapabilityStatement says of subscriptions: an extension of `rest`, and the entry of the type. */
export const subscriptionCapability = (base: string) => ({
  extension: [{ url: WEBSOCKET, valueUri: socketUrl(base) }],
  resource: {
    extension: topicTypes.map((type) => ({ url: TOPIC, valueCanonical: topicUrl(base, type) })),
    type: 'Subscription',
    supportedProfile: ['http://hl7.org/fhir/uv/subscriptions-backport/StructureDefinition/backport-subscription'],
    versioning: 'versioned-update',
    readHistory: false,
    updateCreate: false,
    conditionalCreate: false,
    interaction: ['read', 'search-type', 'create', 'update', 'delete'].map((code) => ({ code })),
    searchParam: [
      { name: '_id', type: 'token' },
      { name: 'status', type: 'token' },
      { name: 'type', type: 'token' },
      { name: 'url', type: 'uri' },
      { name: 'criteria', type: 'string' },
    ],
    operation: [operation('status', 'status'), operation('events', 'events'), operation('get-ws-binding-token', 'get-ws-binding-token')],
  },
})
