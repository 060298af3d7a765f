import fc from 'fast-check'
import { expect, test } from 'vitest'
import { sentFiles } from './multipart.ts'

const type = 'multipart/form-data; boundary=x1'
const part = (field: string, name: string, text: string) =>
  `--x1\r\nContent-Disposition: form-data; name="${field}"; filename="${name}"\r\nContent-Type: application/octet-stream\r\n\r\n${text}\r\n`

test('files come as they were sent, whatever stands in them', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: fc.constantFrom('a', '\r', '\n', '-', '"', '縁', ':') }), { maxLength: 4 }), (texts) => {
      const body = `${texts.map((text, n) => part('log', `f${n}`, text)).join('')}--x1--\r\n`
      const found = sentFiles(body, type)?.get('log') ?? []
      return JSON.stringify(found) === JSON.stringify(texts.map((text, n) => ({ name: `f${n}`, text })))
    }),
  )
})

test('a field in which nothing was chosen is no file, and a field without a file is passed over', () => {
  const body = `${part('log', '', '')}--x1\r\nContent-Disposition: form-data; name="note"\r\n\r\nx\r\n--x1--\r\n`
  expect(sentFiles(body, type)).toEqual(new Map())
})

test.each([
  ['another media type', 'a=b', 'application/x-www-form-urlencoded'],
  ['no boundary', '--x1--', 'multipart/form-data'],
  ['cut off', part('log', 'a', 'text'), type],
  ['a part without an end of its head', '--x1\r\nContent-Disposition: form-data; name="a"\r\n--x1--\r\n', type],
])('%s: null', (_, body, contentType) => expect(sentFiles(body, contentType)).toBeNull())

test('a quoted boundary, and other parameters before it', () => {
  const body = `${part('log', 'a', 'text')}--x1--`
  expect(sentFiles(body, 'multipart/form-data; charset=utf-8; boundary="x1"')?.get('log')).toEqual([{ name: 'a', text: 'text' }])
})
