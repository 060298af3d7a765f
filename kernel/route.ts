import type { ZodType } from 'zod'
import type { Actor, ActorKind, Context, ProvenBy, Purpose, StaffRole } from './context.ts'
import type { Sentence } from './language.ts'
import type { ClientCertificate } from './tls.ts'

/** A request as a row sees it. Header names are lower-case. */
export type RouteRequest<Body = unknown> = {
  readonly method: string
  readonly params: Readonly<Record<string, string>>
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  /** JSON, form fields, for `body: 'text'` the text as received, for `body: 'bytes'` a Buffer of it. Validated where the row names a schema. */
  readonly body: Body
  /** Path and query as sent. */
  readonly url: string
  /** Verified certificate of the client's connection; absent where it showed none. */
  readonly certificate?: ClientCertificate
  /** Network address the request came from; '' where nobody knows. For counting failed tries, never to know somebody by. */
  readonly address?: string
}

/**
 * What a row answers. `page` and `json` together let the Accept header choose.
 * `setSession`: session token to set as cookie (null ends it).
 */
export type Answer = {
  status?: number
  headers?: Record<string, string>
  /** FHIR resource as an object, or its stored text served as it is. */
  fhir?: object | string
  json?: unknown
  /**
   * What a repeat under the same Idempotency-Key is told instead of `fhir`: what was only read is read anew, or it would outlive a consent.
   * Null where nothing was written, so that all of it is done anew.
   */
  again?: { fhir?: object } | null
  /** Rendered on demand, so that a JSON caller pays nothing for it. */
  page?: () => string
  text?: string
  /** Pieces of a stream, in order. */
  pieces?: AsyncIterable<string | Uint8Array>
  redirect?: string
  setSession?: string | null
  /** Cookies beside the session's, each as its header says it. */
  cookies?: readonly string[]
}

/** Something a caller may send with a request, for the documents made from the rows. */
export type Taken = {
  name: string
  /** `query` unless said; an operation's `body` parameter is a member of the Parameters resource sent. */
  in?: 'query' | 'header' | 'body'
  /** FHIR type of the value. */
  type: 'string' | 'code' | 'integer' | 'boolean' | 'dateTime' | 'instant' | 'Reference' | 'Meta' | 'Bundle' | 'BackboneElement'
  many?: boolean
  required?: boolean
  about: Sentence
}

/** A proof of who is there that an act demands beside the session: one of these ways, at most so long ago. */
export type StepUp = { by: readonly ProvenBy[]; withinMinutes: number }

type Common = {
  method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** Fastify path, e.g. `/clinic/patients/:patientId`. */
  path: string
  /** Kinds of actor let in; `public` means nobody need sign in. Never empty. */
  who: readonly ActorKind[]
  /** Staff roles let in; absent means every role. */
  roles?: readonly StaffRole[]
  why: readonly Purpose[]
  /** Lets in apps that act for a person, whose scopes the handler then holds them to; their own pages take none. */
  apps?: true
  stepUp?: StepUp
  /** May be asked by pages of other sites, whose browsers' cookies then count for nothing (the endpoints of OAuth). */
  crossSite?: true
  /** Asked as often as anybody likes: says whether the platform lives. */
  unlimited?: true
  /** Action written to the audit log whether the answer is yes or no; `none` only where nothing personal is shown. */
  audit: string
  /** Paragraph that allows or demands this row. */
  law: string
  /** What the row does, in a line for the documents. */
  summary: Sentence
  /** `json` (default) parses JSON or a form; `text` hands over the text as received, `bytes` whatever it is. */
  body?: 'json' | 'text' | 'bytes'
  /** Longest body it takes, where that is less than what everybody may send. */
  maxBodyBytes?: number
  schema?: ZodType
  /** What may be sent beside what the path, the kind and the schema tell. */
  takes?: readonly Taken[]
  /** Canonical address of the OperationDefinition, where a standard defines the operation. */
  definition?: string
}

/** A read: no transaction, or one repeatable-read snapshot; its answer waits for the audit batch. */
export type ReadRow = Common & { kind: 'read'; snapshot?: boolean; handle: (ctx: Context, request: RouteRequest) => Promise<Answer> }
/** A write: one transaction that commits with its audit and outbox rows, or leaves nothing. */
export type WriteRow = Common & {
  kind: 'write'
  /** Takes as much as its sender likes: refused once all that is left of the disk is what readers, the log and small acts need. */
  fills?: true
  /** What was written before a refusal stays (a count of failed tries); everything else a refusal rolls back. */
  keepsRefused?: boolean
  /**
   * Reads and judges the request before the transaction opens, so that no connection is held for it. What it returns is the request
   * that `handle` gets; the caller is proved and admitted by then.
   */
  prepare?: (request: RouteRequest, actor: Actor) => RouteRequest
  handle: (ctx: Context, request: RouteRequest) => Promise<Answer>
}
/**
 * A stream: an answer in pieces, for what may be longer than memory. What the handler notes before it returns is durable before the first
 * piece leaves, what it notes while it makes a piece before that piece does. Each piece is asked for when the one before has gone, and must pass
 * the caller's predicate anew.
 */
export type StreamRow = Common & {
  kind: 'stream'
  handle: (ctx: Context, request: RouteRequest) => Promise<Answer & { pieces: AsyncIterable<string | Uint8Array> }>
}
/** A line that stays open, as its row sees it. */
export type Line = {
  /** Who opened it, as proven then. */
  readonly actor: Actor
  readonly request: RouteRequest
  /** Reads as somebody at this moment; what is noted is durable before the result is handed back. */
  act<T>(work: (ctx: Context) => Promise<T>, actor?: Actor): Promise<T>
  /** @returns false where the line is closed, or closes because the other side reads too slowly */
  send(text: string): boolean
  /** Resolves true when everything sent so far has arrived, false when the line ended before. */
  reached(): Promise<boolean>
  close(reason: string): void
  isOpen(): boolean
}
/** What a row does on a line. Messages come one after another; a refusal thrown closes the line with its code. */
export type Listener = { message(text: string): Promise<void>; closed(): void }
/** A WebSocket: proved, admitted and audited at its upgrade like any request; each thing sent is read under the rights of its moment. */
export type SocketRow = {
  kind: 'socket'
  method: 'GET'
  path: string
  who: readonly ActorKind[]
  why: readonly Purpose[]
  audit: string
  law: string
  summary: Sentence
  /** Longest message a caller may send. */
  maxMessageBytes: number
  handle: (line: Line) => Listener
}
/** A raw protocol under a prefix (static files, an OpenID provider). */
export type MountRow = {
  kind: 'mount'
  path: string
  who: readonly ActorKind[]
  why: readonly Purpose[]
  audit: string
  law: string
  summary: Sentence
  handle: (request: Request) => Promise<Response>
}
/**
 * Work done by the one leader. `everyMs` between the end of one run and the start of the next.
 * `apart`: runs beside the others, because it must be prompt or waits for somebody outside.
 * `busy`: whether what `run` began goes on behind it. `waits`: nobody waits for it, so it stays back while another is busy, ten minutes at most.
 */
export type JobRow = {
  kind: 'job'
  name: string
  law: string
  summary: Sentence
  everyMs: number
  apart?: boolean
  busy?: () => boolean
  waits?: boolean
  run: (job: JobContext) => Promise<void>
}
export type JobContext = { db: Context['db']; now: Date; epoch: number }

export type Row = ReadRow | WriteRow | StreamRow | SocketRow | MountRow | JobRow
export type HttpRow = ReadRow | WriteRow | StreamRow

export const isHttpRow = (row: Row): row is HttpRow => row.kind === 'read' || row.kind === 'write' || row.kind === 'stream'

/** The body parsed by the row's schema; typed here because a list of rows cannot carry each row's own type. */
export function bodyOf<T>(request: RouteRequest, schema: ZodType<T>): T {
  return schema.parse(request.body)
}

/** Parameters of an address. Only the first question mark begins them; later ones are part of a value. @spec RFC 3986 section 3.4 */
export function queryOf(url: string): URLSearchParams {
  const cut = url.indexOf('?')
  return new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1))
}
