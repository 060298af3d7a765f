// @ts-check
/**
 * The inventory of what runs in production, made from the lock file alone: CycloneDX 1.5 on standard output. `npm sbom --omit dev` leaves out
 * packages that production and development share, so it is not used.
 */
import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'

const root = resolve(import.meta.dirname, '../..')

/**
 * @typedef {{ name?: string, version: string, dev?: boolean, link?: boolean, optional?: boolean, integrity?: string, license?: string,
 *   dependencies?: object, optionalDependencies?: object, peerDependencies?: object }} Locked
 */

/**
 * The lock file's packages: those of production, of which the optional are named so.
 * @param {string} lockText
 */
export function inventory(lockText) {
  /** @type {{ packages: Record<string, Locked> }} */
  const { packages } = JSON.parse(lockText)
  const own = packages['']
  if (own?.name === undefined) throw new Error('package-lock.json names no program')
  const at = Object.entries(packages).filter(([path, one]) => path !== '' && one.dev !== true && one.link !== true)
  /** @type {(path: string, one: Locked) => string} */
  const nameOf = (path, one) => one.name ?? path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length)
  /** @type {(path: string, one: Locked) => string} */
  const refOf = (path, one) => purl(nameOf(path, one), one.version)
  /**
   * Where a package finds another: below it, or above.
   * @type {(from: string, name: string) => string | undefined}
   */
  const find = (from, name) => {
    for (let place = from; ; place = place.slice(0, Math.max(0, place.lastIndexOf('node_modules/'))).replace(/\/$/, '')) {
      const path = `${place === '' ? '' : `${place}/`}node_modules/${name}`
      const found = packages[path]
      if (found !== undefined) return found.dev === true ? undefined : refOf(path, found)
      if (place === '') return undefined
    }
  }
  /** @type {(path: string, one: Locked) => string[]} */
  const needs = (path, one) => [
    ...new Set(
      Object.keys({ ...one.dependencies, ...one.optionalDependencies, ...one.peerDependencies })
        .map((name) => find(path, name))
        .filter((ref) => typeof ref === 'string'),
    ),
  ]
  const components = new Map(
    at.map(([path, one]) => [
      refOf(path, one),
      {
        type: 'library',
        'bom-ref': refOf(path, one),
        name: nameOf(path, one),
        version: one.version,
        scope: one.optional === true ? 'optional' : 'required',
        purl: refOf(path, one),
        ...(one.integrity === undefined ? {} : { hashes: hashes(one.integrity) }),
        ...(one.license === undefined ? {} : { licenses: [licence(one.license)] }),
      },
    ]),
  )
  const self = purl(own.name, own.version)
  const digest = createHash('sha256').update(lockText).digest('hex')
  return {
    bomFormat: 'CycloneDX',
    specVersion: '1.5',
    // The same lock file gives the same inventory, so that two can be compared.
    serialNumber: `urn:uuid:${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-8${digest.slice(17, 20)}-${digest.slice(20, 32)}`,
    version: 1,
    metadata: {
      component: {
        type: 'application',
        'bom-ref': self,
        name: own.name,
        version: own.version,
        purl: self,
        licenses: [licence(own.license ?? 'NOASSERTION')],
      },
    },
    components: [...components.values()].sort((a, b) => (a.purl < b.purl ? -1 : 1)),
    dependencies: [
      { ref: self, dependsOn: needs('', { ...own, peerDependencies: {} }) },
      ...[...new Map(at.map(([path, one]) => [refOf(path, one), { ref: refOf(path, one), dependsOn: needs(path, one) }])).values()],
    ],
  }
}

/** @type {(name: string, version: string) => string} */
const purl = (name, version) => `pkg:npm/${name.replace('@', '%40')}@${version}`
/** @type {(text: string) => object} */
const licence = (text) => (/^[A-Za-z0-9.+-]+$/.test(text) ? { license: { id: text } } : { expression: text })
/** @type {(integrity: string) => object[]} */
const hashes = (integrity) =>
  integrity.split(' ').map((one) => ({
    alg: one
      .slice(0, one.indexOf('-'))
      .toUpperCase()
      .replace(/^SHA(\d)/, 'SHA-$1'),
    content: Buffer.from(one.slice(one.indexOf('-') + 1), 'base64').toString('hex'),
  }))

if (process.argv[1] !== undefined && resolve(process.argv[1]) === import.meta.filename)
  process.stdout.write(`${JSON.stringify(inventory(readFileSync(resolve(root, 'package-lock.json'), 'utf8')), null, 1)}\n`)
