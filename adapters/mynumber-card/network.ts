/** Revocation asked over this process's own network; the addresses are the operator's. */
import { httpCrl as crlFrom, type HttpListOptions, httpOcsp as ocspFrom, type OnlineOptions, type RevocationSource } from '#packages/x509'

type Optional<T, K extends keyof T> = Omit<T, K> & Partial<Pick<T, K>>

export const httpOcsp = (options: Optional<OnlineOptions, 'fetch'>): RevocationSource => ocspFrom({ fetch: globalThis.fetch, ...options })
export const httpCrl = (options: Optional<HttpListOptions, 'fetch'>): RevocationSource => crlFrom({ fetch: globalThis.fetch, ...options })
