import { readdir, readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { type Example, judgeExamples, type Verdict } from '#packages/fhir'

const folders = ['jp-clins-examples', 'document-examples', 'ereferral-examples']

/** Folders are judged one by one: a single example's neighbours are those beside it. */
async function examplesIn(root: string, folder: string): Promise<Example[]> {
  const names = (await readdir(resolve(root, 'data', folder), { recursive: true })).filter((name) => name.endsWith('.json')).sort()
  return Promise.all(
    names.map(async (name) => ({
      file: `${folder}/${name}`,
      resource: JSON.parse(await readFile(resolve(root, 'data', folder, name), 'utf8')),
    })),
  )
}

/** Verdicts on every published example under `root` (the reference data), in the order of the folders. */
export async function judgeSharedExamples(root: string): Promise<Verdict[]> {
  const judged: Verdict[] = []
  for (const folder of folders) judged.push(...judgeExamples(await examplesIn(root, folder)))
  return judged
}
