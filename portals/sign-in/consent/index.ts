/** The page on which somebody lets an app in, and what its form answers. */
export type { AskedFor, ConsentApp, ConsentDecision, ConsentProps } from './model.ts'
export { consentDecision, neverLetIn, tickedIn } from './decision.ts'
export { consentPage, consentPolicy } from './page.tsx'
export { askedParts, type Part, partsLetIn } from './scope-words.ts'
export { AppEnded, type ConnectedApp, ConnectedApps, EndApp, isConnected } from './connected-page.tsx'
export { connectedApps, connectedJson, endConnected } from './connected.ts'
