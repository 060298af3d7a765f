import { resolve } from 'node:path'
import { readDemo } from './client.ts'
import { teller } from './say.ts'
import { runTour } from './steps.ts'

/** `npm run tour`: the main job against the running platform, through public interfaces only. */
const home = resolve(process.env.ENISHI_HOME ?? '.enishi')
const write = (line: string) => process.stdout.write(`${line}\n`)

if (!process.env.ENISHI_BASE_URL) {
  process.stderr.write(
    '縁が動いていません。別の画面で npm start を実行してから、もう一度お試しください。\nEnishi is not running. Run npm start in another terminal and try again.\n',
  )
  process.exit(2)
}
const demo = await readDemo(home).catch(() => null)
if (!demo) {
  process.stderr.write(
    `デモのサインイン情報（${home}/demo.json）がありません。ENISHI_DEMO=0 では使えません。\nThere are no demo sign-ins (${home}/demo.json). The tour needs the demo region.\n`,
  )
  process.exit(2)
}
const tell = teller(write)
await runTour(demo, tell)
write(
  tell.failures() === 0
    ? '\n6つの段階をすべて確かめました。 / All six steps were seen.'
    : `\n${tell.failures()} 件が期待と違いました。 / ${tell.failures()} checks did not hold.`,
)
write(`\n次に： ${demo.baseUrl}/developer で FHIR の検索を画面で試せます。 / Next: try FHIR queries on a page at ${demo.baseUrl}/developer`)
process.exit(tell.failures() === 0 ? 0 : 1)
