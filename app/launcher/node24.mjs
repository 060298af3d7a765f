// @ts-check
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './places.mjs'
import { stop } from './sentences.mjs'

/**
 * A Node.js of at least 24: this one, or the one installed beside the dependencies.
 * @refuses node-too-old
 * @returns {string} path of the program
 */
export function node24() {
  if (Number.parseInt(process.versions.node, 10) >= 24 && existsSync(process.execPath)) return process.execPath
  const platform = `${process.platform}-${process.arch}`
  const bundled = join(root, 'node_modules', `node-${platform}`, 'bin/node')
  if (existsSync(bundled)) return bundled
  throw stop('node-too-old', { version: process.versions.node, platform })
}
