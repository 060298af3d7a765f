/** Processes of a bench: this program again in another role, asked and answered over its own channel. */
import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'

/** Starts a part of this program that stands by itself, as a small program would, and waits for its first word. */
export async function startPart(name: string): Promise<ChildProcess> {
  const child = fork(process.argv[1]!, [name], { execArgv: [], serialization: 'advanced' })
  await answerOf(child)
  return child
}

/** Starts this program as `NAME --role=ROLE` and waits for its first word. */
export async function startRole<T>(
  bench: string,
  role: string,
  env: Record<string, string> = {},
): Promise<{ child: ChildProcess; said: T }> {
  const child = fork(process.argv[1]!, [bench, `--role=${role}`], { env: { ...process.env, ...env }, serialization: 'advanced' })
  return { child, said: await answerOf<T>(child) }
}

export async function answerOf<T>(child: ChildProcess): Promise<T> {
  const ended = once(child, 'exit').then(([code]: unknown[]) =>
    Promise.reject(new Error(`a process of the bench ended with ${String(code)}`)),
  )
  const [said] = (await Promise.race([once(child, 'message'), ended])) as [T | { failed: string }]
  if (typeof said === 'object' && said !== null && 'failed' in said) throw new Error(said.failed)
  return said as T
}

export async function ask<T>(child: ChildProcess, question: object | string): Promise<T> {
  const answer = answerOf<T>(child)
  child.send(question)
  return answer
}

/** What a role does all day: one answer a question, a failure told to the one who asked. */
export async function answerQuestions<Q>(work: (question: Q) => Promise<unknown>): Promise<void> {
  process.on('message', (question: Q) => {
    work(question).then(
      (answer) => process.send?.(answer ?? {}),
      (error: unknown) => process.send?.({ failed: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
    )
  })
  process.on('disconnect', () => process.exit(0))
  process.send?.({ ready: true })
  await new Promise(() => undefined)
}
