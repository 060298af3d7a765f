/** Fetches from an address the operator configured, bounded in time and size; redirects are not followed. */

export type Fetch = typeof globalThis.fetch

export type BoundedRequest = {
  fetch: Fetch
  url: string
  timeoutMs: number
  maxBytes: number
  post?: { contentType: string; body: Uint8Array<ArrayBuffer> }
}

/** The body of a 200 answer; throws on anything else, on time out and on a body over `maxBytes`. */
export async function fetchBounded({ fetch, url, timeoutMs, maxBytes, post }: BoundedRequest): Promise<Buffer> {
  const sent = post === undefined ? {} : { method: 'POST', headers: { 'content-type': post.contentType }, body: post.body }
  const answer = await fetch(url, { ...sent, redirect: 'error', signal: AbortSignal.timeout(timeoutMs) })
  if (answer.status !== 200 || answer.body === null) throw new Error(`${url} answered ${answer.status}`)
  const chunks: Uint8Array[] = []
  let size = 0
  for await (const chunk of answer.body) {
    size += chunk.byteLength
    if (size > maxBytes) throw new Error(`${url} answered more than ${maxBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
