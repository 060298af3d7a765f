import { type Db, inTransaction } from './database.ts'

type Waiting<Q, A> = { question: Q; resolve: (answer: A) => void; reject: (reason: unknown) => void }

/**
 * Answers many callers with one statement: questions gather while one statement is under way, without a timer, and share
 * the next. What a caller gets was read after it asked, so nothing is ever older than a statement of its own would be.
 *
 * A caller inside a transaction asks for itself, because its answer must come from its own transaction.
 *
 * @param ask answers in the order of the questions; its failure is every caller's failure
 * @param most questions in one statement
 */
export function gather<Q, A>(
  ask: (db: Db, questions: readonly Q[]) => Promise<readonly A[]>,
  most = 100,
): (db: Db, question: Q) => Promise<A> {
  const queues = new WeakMap<Db, { waiting: Waiting<Q, A>[]; busy: boolean }>()
  const answerAll = async (db: Db, queue: { waiting: Waiting<Q, A>[]; busy: boolean }) => {
    while (queue.waiting.length > 0) {
      const batch = queue.waiting.splice(0, most)
      try {
        const answers = await ask(
          db,
          batch.map((w) => w.question),
        )
        batch.forEach((w, i) => {
          w.resolve(answers[i]!)
        })
      } catch (error) {
        for (const w of batch) w.reject(error)
      }
    }
    queue.busy = false
  }
  return async (db, question) => {
    if (inTransaction(db)) return (await ask(db, [question]))[0]!
    const queue = queues.get(db) ?? { waiting: [], busy: false }
    queues.set(db, queue)
    return new Promise<A>((resolve, reject) => {
      queue.waiting.push({ question, resolve, reject })
      if (queue.busy) return
      queue.busy = true
      // After what else arrived in this turn of the event loop, so that it shares the statement too.
      setImmediate(() => void answerAll(db, queue))
    })
  }
}
