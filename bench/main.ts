/**
 * `npm run bench -- NAME [--quick]`: figures for people on standard error, one JSON line a figure on standard output.
 * Processes a bench starts for itself are this program again, with `--role=...`.
 */
type Bench = {
  bench: (options: { quick: boolean; args: readonly string[] }) => Promise<void>
  roles?: Readonly<Record<string, () => Promise<void>>>
}

const benches: Readonly<Record<string, () => Promise<Bench>>> = {
  consent: () => import('./consent.ts'),
  fhir: () => import('./fhir.ts'),
  identity: () => import('./identity.ts'),
  validate: () => import('./validate.ts'),
}

/** What a bench starts beside itself and nobody asks for by name: without the modules of the platform. */
const parts: Readonly<Record<string, () => Promise<Bench>>> = { reader: () => import('./reader.ts') }

async function main(): Promise<number> {
  const [name = '', ...args] = process.argv.slice(2)
  const load = benches[name] ?? parts[name]
  if (!load) {
    console.error(`使い方: npm run bench -- NAME [--quick] （NAME: ${Object.keys(benches).join('、')}）`)
    console.error(`usage: npm run bench -- NAME [--quick] (NAME: ${Object.keys(benches).join(', ')})`)
    return 2
  }
  const { bench, roles } = await load()
  const role = args.find((a) => a.startsWith('--role='))?.slice('--role='.length)
  if (role === undefined) await bench({ quick: args.includes('--quick'), args })
  else if (roles?.[role]) await roles[role]()
  else throw new Error(`no role ${role}`)
  return 0
}

main().then(
  (code) => process.exit(code),
  (error: unknown) => {
    console.error(error instanceof Error ? error.stack : error)
    process.exit(1)
  },
)
