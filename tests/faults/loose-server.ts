/**
 * The platform with other limits of its HTTP server, read from FAULT_SERVER (JSON): a control that takes a limit away, or a
 * run that need not wait a minute for a timeout. Started in the platform's place; the platform's own code has no such switch.
 */
import { registerHooks } from 'node:module'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'

const shim = pathToFileURL(join(import.meta.dirname, 'loose-fastify.ts')).href

registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'fastify' && context.parentURL !== shim
      ? { url: shim, format: 'module-typescript', shortCircuit: true }
      : next(specifier, context),
})

await import(pathToFileURL(join(import.meta.dirname, '../../dist/app/main.js')).href)
