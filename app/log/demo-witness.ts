import { join } from 'node:path'
import { consistencyProof, keepCoSignature, logKeyPem, newestCheckpoint } from '#kernel/log-proof'
import type { JobRow } from '#kernel/route'
import { type LogSource, look, witnessFolder } from './witness.ts'

/**
 * The demo's witness. It sits beside the log it watches, so whoever can change the one can change the other: it shows how a witness works
 * and protects nothing. A real one runs elsewhere (`enishi witness`).
 */
export function demoWitness(home: string): JobRow {
  let folder: Awaited<ReturnType<typeof witnessFolder>> | undefined
  let stopped = false
  return {
    kind: 'job',
    name: 'demo.witness',
    everyMs: 5_000,
    law: 'RFC 9162',
    summary: {
      ja: 'デモの立会人が記録の状態に署名する（同じ機械にあるため守りにはならない）',
      en: 'The demo’s witness co-signs the log (on the same machine: no protection)',
    },
    async run({ db, now }) {
      folder ??= await witnessFolder(join(home, 'demo-witness'))
      const checkpoint = await newestCheckpoint(db)
      if (checkpoint === undefined || stopped || folder.state.checkpoint?.size === checkpoint.size) return
      const source: LogSource = {
        newest: async () => ({ checkpoint, operatorKeyPem: (await logKeyPem(db, checkpoint.keyId)) ?? null }),
        consistency: (from, to) => consistencyProof(db, from, to),
        give: (size, coSignature) => keepCoSignature(db, size, coSignature),
      }
      const { key, keep } = folder
      const seen = await look({
        source,
        key,
        state: folder.state,
        now,
        keep: async (state) => {
          await keep(state)
          folder!.state = state
        },
      })
      if ('alarm' in seen) {
        stopped = true
        await folder.evidence(seen)
      }
    },
  }
}
