import { describe, expect, test } from 'vitest'
import { judgeRestart } from './f4.ts'
import { canCutPower } from './power.ts'
import { LONG_MS, runSmall } from './run-small.fixture.ts'
import { canMount } from './small-disk.ts'
import type { Sample } from './traffic.ts'

const some = '[1-9]\\d*'

/** The tests that take long are left to `npm run test:full`; each is small here too. */
const small: readonly [name: string, line: RegExp, control: RegExp, onlyFull: boolean][] = [
  [
    'F1b',
    new RegExp(`^F1b lines=16040 kills=${some} lost=0 dup=0 audit_missing=0$`),
    new RegExp(`^F1b control wrong_lines=${some}$`),
    true,
  ],
  [
    'F4',
    new RegExp(`^F4 acked=${some} lost=0 dup=0 restarts=2 errors_inside=\\d+ errors_outside=0 first_ms=\\d+ exits=0$`),
    /^F4 control late=1$/,
    false,
  ],
  [
    'F6',
    new RegExp(`^F6 shifts=2 acked=${some} lost=0 dup=0 backwards=0 outside=0 expired_taken=0 good_refused=0$`),
    new RegExp(`^F6 control wrong=${some} expired_taken=${some} outside=${some}$`),
    true,
  ],
  ['F7', /^F7 slow=300 held=0 failed=0 /, new RegExp(`^F7 control held=${some}$`), true],
  [
    'F8',
    new RegExp(`^F8 acked=${some} lost=0 dup=0 refused=${some} wrong_answers=0 exits=0 recovered=yes$`),
    /^F8 control missed=1$/,
    true,
  ],
  [
    'F9',
    new RegExp(`^F9 oversized=16 refused=16 grown_mb=-?\\d+ ended=${some} acked=${some} lost=0 dup=0 restart_ms=\\d+$`),
    new RegExp(`^F9 control over_mb=${some}$`),
    true,
  ],
  [
    'F10',
    new RegExp(`^F10 inputs=${some} .*unhandled=0 exits=0 flips=${some} undetected=0$`),
    new RegExp(`^F10 control undetected=${some}$`),
    true,
  ],
  [
    'F11',
    new RegExp(`^F11 rows=${some} reads=(${some}) refused=\\1 reads_without_audit=0 recovered=yes$`),
    new RegExp(`^F11 control reads_without_audit=${some}$`),
    false,
  ],
  [
    'F13',
    new RegExp(`^F13 acked=${some} lost_of_before=0 rpo_s=[\\d.]+ rto_s=[\\d.]+ leaves=${some} root=witnessed$`),
    new RegExp(`^F13 control edits_seen=${some}$`),
    true,
  ],
  ['F14', /^F14 seeds=300 .*breaks=0$/, /^F14 control breaks=(\d+) planted=\1$/, false],
  ['F15', new RegExp(`^F15 ops=${some} kills=2 .*anomalies=0 .*duplicates=0$`), new RegExp(`^F15 control anomalies=${some}$`), false],
  [
    'F16',
    new RegExp(`^F16 reads=${some} shown=${some} revocations=${some} doors=8 reads_after_revoke_ack=0$`),
    new RegExp(`^F16 control reads_after_revoke_ack=${some}$`),
    true,
  ],
]

for (const [name, line, control, onlyFull] of small) {
  const isLeftOut = onlyFull && !process.env.ENISHI_TEST_FULL
  test.skipIf(isLeftOut)(`${name}, small${isLeftOut ? ' (only in npm run test:full)' : ''}`, { timeout: LONG_MS }, () => {
    const said = runSmall(name)
    expect(said[0]).toMatch(line)
    expect(said[1]).toMatch(control)
  })
}

const mounts = await canMount()
if (!mounts) console.warn('F3 はマウントできる権限がないため省きます / F3 is skipped: nobody here may mount a small disk')
test.skipIf(!mounts || !process.env.ENISHI_TEST_FULL)(
  'F3, small (only in npm run test:full, where a disk can be mounted)',
  { timeout: LONG_MS },
  () => {
    const [line, control] = runSmall('F3')
    expect(line).toMatch(
      new RegExp(
        `^F3 acked=${some} lost=0 dup=0 full_answers=${some} low_answers=${some} reads_while_low=${some} reads_refused_while_low=0 without_outcome=0 exits=0 recovered_ms=\\d+$`,
      ),
    )
    expect(control).toBe('F3 control missed=1')
  },
)

const cuts = await canCutPower()
if (!cuts) console.warn('F2 はマウントできる権限がないため省きます / F2 is skipped: nobody here may mount a file system in a file')
/** Where a file system in a file can be mounted; all of them only in `npm run test:full`. */
const afterCuts: readonly [name: string, line: RegExp, control: RegExp][] = [
  [
    'F2',
    new RegExp(`^F2 cuts=2 acked=${some} bundles=${some} lost=0 dup=0 partial_bundles=0 audit_missing=0 checkpoints=${some} forks=0$`),
    new RegExp(`^F2 control lost=${some} lost_without_waiting=${some} lost_by_early_answers=${some}$`),
  ],
  [
    'F2b',
    new RegExp(
      `^F2b cuts=2 attachments=${some} lost=0 torn=0 changed=0 dup=0 import_lines=${some} import_lost=0 import_dup=0 exports=${some} exports_wrong=0$`,
    ),
    new RegExp(`^F2b control wrong=${some}$`),
  ],
  [
    'F2c',
    new RegExp(
      `^F2c cuts=2 acked=${some} lost=0 dup=0 keys=${some} keys_lost=0 seals=${some} seals_lost=0 tokens=${some} tokens_refused=0 unreadable=0$`,
    ),
    new RegExp(`^F2c control keys_lost=${some}$`),
  ],
  [
    'F2d',
    new RegExp(`^F2d first_starts_cut=1 first_missing=0 releases_cut=2 inside=${some} torn=0 acked=${some} lost=0 dup=0$`),
    new RegExp(`^F2d control torn=${some}$`),
  ],
  [
    'F2e',
    new RegExp(`^F2e cuts=2 acked=${some} lost=0 dup=0 backups=${some} inside=${some} halves=\\d+ broken=0 unrestored=0$`),
    new RegExp(`^F2e control broken=${some}$`),
  ],
]

for (const [name, line, control] of afterCuts)
  test.skipIf(!cuts || !process.env.ENISHI_TEST_FULL)(
    `${name}, small (only in npm run test:full, where a file system in a file can be mounted)`,
    { timeout: LONG_MS },
    () => {
      const said = runSmall(name)
      expect(said[0]).toMatch(line)
      expect(said[1]).toMatch(control)
    },
  )

describe('failed requests against a restart from 1000 to 2000', () => {
  const sample = (from: number, to: number, status: number): Sample => ({ kind: 'read', from, to, status, outcome: true })
  const judge = (...samples: Sample[]) => judgeRestart(samples, { down: 1_000, back: 2_000 })
  test.each<[string, Sample[], { outside: number; inside: number; firstMs: number }]>([
    ['a failure inside', [sample(1_100, 1_200, 503), sample(2_010, 2_050, 200)], { outside: 0, inside: 1, firstMs: 50 }],
    ['under way when it went', [sample(900, 1_001, 503), sample(2_010, 2_050, 200)], { outside: 0, inside: 1, firstMs: 50 }],
    ['before it went', [sample(400, 500, 503), sample(2_010, 2_050, 200)], { outside: 1, inside: 0, firstMs: 50 }],
    ['after others were answered again', [sample(2_010, 2_050, 200), sample(2_100, 2_200, 503)], { outside: 1, inside: 0, firstMs: 50 }],
    ['never again', [sample(2_100, 2_200, 0)], { outside: 0, inside: 1, firstMs: Number.POSITIVE_INFINITY }],
  ])('%s', (_, samples, expected) => {
    expect(judge(...samples)).toEqual(expected)
  })
})
