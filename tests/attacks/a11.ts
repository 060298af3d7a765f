import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { HOSPITAL } from '../harness/platform.ts'
import { pathsOf } from './requests.ts'
import type { Attack, Tried } from './result.ts'
import { openTrap } from './trap.ts'
import { type Attacker, openWorld, type World } from './world.ts'

const SECRET = 'cnry0file'
const types = [
  'application/fhir+xml',
  'application/xml',
  'text/xml',
  'application/fhir+json',
  'application/xslt+xml',
  'application/soap+xml',
]

/** Documents that an obliging parser would fetch, open or blow up for. @param file address of a file of the server @param call address of the trap */
function hostile(file: string, call: string): string[] {
  const patient = (inside: string) => `<Patient xmlns="http://hl7.org/fhir"><name><text value="${inside}"/></name></Patient>`
  const doctype = (inside: string) => `<!DOCTYPE Patient [${inside}]>`
  const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`).join('')
  return [
    `<?xml version="1.0"?>${doctype(`<!ENTITY x SYSTEM "${file}">`)}${patient('&x;')}`,
    `${doctype(`<!ENTITY x SYSTEM "${call}">`)}${patient('&x;')}`,
    `${doctype(`<!ENTITY x PUBLIC "-//X//Y" "${file}">`)}<Patient xmlns="http://hl7.org/fhir"><text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">&x;</div></text></Patient>`,
    `${doctype(`<!ENTITY % p SYSTEM "${call}"> %p;`)}${patient('x')}`,
    `<!DOCTYPE Patient SYSTEM "${call}">${patient('x')}`,
    `${doctype(`<!ENTITY l0 "lol">${laughs}`)}${patient('&l9;')}`,
    `${doctype(`<!ENTITY x "${'a'.repeat(100_000)}">`)}${patient('&x;'.repeat(200))}`,
    `<?xml-stylesheet type="text/xsl" href="${call}"?>${patient('x')}`,
    `<Patient xmlns="http://hl7.org/fhir" xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include parse="text" href="${file}"/></Patient>`,
    `<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><xsl:template match="/"><xsl:copy-of select="document('${file}')"/></xsl:template></xsl:stylesheet>`,
    `<Patient xmlns="http://hl7.org/fhir" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="http://hl7.org/fhir ${call}"><active value="true"/></Patient>`,
    `<?xml version="1.0" encoding="UTF-16"?>${patient('x')}`,
    `<?xml version="1.0" encoding="UTF-7"?>+ADw-!DOCTYPE x SYSTEM +ACI-${call}+ACI-+AD4-${patient('x')}`,
  ]
}

/** Rows that answer everybody alike and read no XML, so that "taken" says nothing; each with its reason. They must fetch, show and grow nothing either. */
const answersAlike: Readonly<Record<string, string>> = {
  'POST /csp-reports': 'counts reports of browsers, written in JSON, and passes over everything else without a word',
}

/** Validation answers with what is wrong. */
const refused = (text: string) => text.includes('OperationOutcome') && /"severity"\s*:\s*"(error|fatal)"/.test(text)

async function attack(world: World): Promise<Tried> {
  const result: Tried = { tried: 0, leaks: [] }
  const trap = await openTrap()
  const path = join(world.home, 'secret.txt')
  await writeFile(path, `${SECRET}\n`)
  const documents = hostile(pathToFileURL(path).href, `http://127.0.0.1:${trap.port}/dtd`)
  const hospital: Attacker = { name: 'the hospital’s system', caller: await world.platform.system(HOSPITAL), may: () => true }
  const who = [hospital, ...world.attackers.filter((a) => /^(nobody|operator of 1310000019|the person$)/.test(a.name))]
  const rows = world.rows.filter((row) => row.method !== 'GET' && !/sign-out|withdraw/.test(row.path))
  try {
    for (const attacker of who) {
      for (const row of rows) {
        // Any XML is XML to a row that reads it; a row of the record is asked as a Patient, which these documents are.
        const at = pathsOf(row, world).find((p) => p.includes('/Patient')) ?? pathsOf(row, world)[0]!
        const isOurs = row.path.startsWith('/fhir/')
        for (const [n, document] of documents.entries()) {
          const type = isOurs ? types[n % 3]! : types[n % types.length]!
          const heard = await attacker.caller.send(row.method, at, document, { 'content-type': type, accept: 'application/fhir+json' })
          result.tried++
          const what = `${attacker.name}: ${row.method} ${at}, ${document.slice(0, 70)}`
          if (heard.text.includes(SECRET)) result.leaks.push(`${what} → shows a file of the server`)
          if (heard.status >= 500) result.leaks.push(`${what} → ${heard.status} ${heard.text.slice(0, 160)}`)
          if (/lollollol|a{3000}/.test(heard.text)) result.leaks.push(`${what} → was blown up`)
          const wasTaken = heard.status < 300 && !refused(heard.text) && !(`${row.method} ${row.path}` in answersAlike && heard.text === '')
          if (/<!(DOCTYPE|ENTITY)/.test(document) && wasTaken) result.leaks.push(`${what} → was taken (${heard.status})`)
          if (trap.caught().length > 0) result.leaks.push(`${what} → fetched ${trap.caught().at(-1)?.slice(0, 100)}`)
        }
      }
    }
    return result
  } finally {
    await trap.close()
  }
}

/** The product made wrong: a door that opens the entities of a document before it reads it. */
function obliging(world: World): void {
  const row = world.rows.find((r) => r.method === 'POST' && r.path === '/fhir/R4/:type')!
  Object.assign(row, {
    prepare: undefined,
    async handle(_ctx: unknown, { body }: { body: string }) {
      const { readFile } = await import('node:fs/promises')
      const named = /SYSTEM "(file:[^"]+)"/.exec(body)?.[1]
      return { json: { text: named === undefined ? '' : await readFile(new URL(named), 'utf8') } }
    },
  })
}

/** A11: XML that opens files, calls servers, or grows without end. */
export const a11: Attack = {
  what: 'XML on every row that takes a body: external entities, parameter entities, document types elsewhere, stylesheets, XInclude, expansion bombs, other encodings',
  control: 'a door that opens external entities',
  async run({ mutated }) {
    const world = await openWorld({ blind: false })
    try {
      if (mutated) obliging(world)
      return await attack(world)
    } finally {
      await world.close()
    }
  },
}
