// @ts-check
import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { compileCache, root } from './places.mjs'

/**
 * @typedef {object} Program
 * @property {string} node path of Node.js 24
 * @property {string} entry path of the bundled program
 * @property {string[]} [args]
 * @property {Record<string, string | undefined>} env added to ours
 * @property {boolean} [alone] in a session of its own, ended when the launcher dies (the platform)
 */

/**
 * Starts a bundled program.
 * @param {Program} program
 */
export function startProgram({ node, entry, args = [], env, alone = false }) {
  const lifeline = pathToFileURL(join(root, 'app/launcher/lifeline.mjs')).href
  // Each process of the platform would read the maps as it starts (0.1 s and 20 MB each): its traces name the bundle's lines instead.
  const child = spawn(node, [...(alone ? ['--import', lifeline] : ['--enable-source-maps']), entry, ...args], {
    stdio: alone ? ['ignore', 'inherit', 'inherit', 'ipc'] : 'inherit',
    // Ctrl-C in a terminal goes to every process of its session; the launcher alone shall hear it and stop things in order.
    detached: alone,
    env: {
      NODE_ENV: 'production',
      NODE_COMPILE_CACHE: compileCache,
      ...process.env,
      ENISHI_ROOT: root,
      ENISHI_LAUNCHER_PID: String(process.pid),
      ...env,
    },
  })
  /** @type {Promise<number>} */
  const ended = new Promise((resolve, reject) => {
    child.once('error', reject)
    child.once('exit', (code, signal) => resolve(code ?? 128 + (signal ? constants.signals[signal] : 0)))
  })
  return { child, ended }
}
