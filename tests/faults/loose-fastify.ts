import Fastify, { type FastifyServerOptions } from 'fastify'

/** What stands in for `fastify` in `loose-server.ts`: the same, under the limits of FAULT_SERVER. */
type Loose = FastifyServerOptions & { http?: object }

const loose = JSON.parse(process.env.FAULT_SERVER ?? '{}') as Loose

export default function loosened(options: Loose) {
  return Fastify({ ...options, ...loose, http: { ...options.http, ...loose.http } } as FastifyServerOptions)
}
