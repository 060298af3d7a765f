/** What is sent to a provider and read of it: always through the one way out, to the hosts the operator named. */
import type { Outbound } from '#kernel/outbound'
import { refuse } from '#kernel/refusal'

const TIMEOUT_MS = 8_000

export type Told = { status: number; headers: Readonly<Record<string, string>>; json: Record<string, unknown> }
type Sent = { url: string; form?: URLSearchParams; headers?: Readonly<Record<string, string>> }

const isObject = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value)

function objectIn(body: string): Record<string, unknown> | null {
  try {
    const read: unknown = JSON.parse(body)
    return isObject(read) ? read : null
  } catch {
    return null
  }
}

/** @refuses outside-unreachable where nobody answers, outside-unfit where it may not be called or answers no JSON */
export async function askProvider(outbound: Outbound, { url, form, headers = {} }: Sent): Promise<Told> {
  const result = await outbound.call({
    url,
    method: form === undefined ? 'GET' : 'POST',
    headers: {
      accept: 'application/json',
      ...(form === undefined ? {} : { 'content-type': 'application/x-www-form-urlencoded' }),
      ...headers,
    },
    body: form?.toString() ?? '',
    timeoutMs: TIMEOUT_MS,
    keep: true,
  })
  if (result.outcome !== 'status')
    return refuse(result.outcome === 'refused' ? 'outside-unfit' : 'outside-unreachable', { reason: result.reason })
  if (result.status >= 500 || result.status === 429) return refuse('outside-unreachable', { reason: String(result.status) })
  const json = objectIn(result.answer?.body ?? '')
  if (json === null) return refuse('outside-unfit', { reason: `${result.status}, no JSON` })
  return { status: result.status, headers: result.answer?.headers ?? {}, json }
}

/** A provider's own word for what is wrong, where it is one: it is shown and logged. */
export const errorWord = (value: unknown): string => (typeof value === 'string' && /^[a-z_]{1,60}$/.test(value) ? value : 'error')
