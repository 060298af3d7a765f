import fc from 'fast-check'
import { renderToStaticMarkup } from 'react-dom/server'
import { expect, test } from 'vitest'
import { markOf, rangeText } from './result-value.tsx'
import { Trend } from './trend.tsx'
import type { TrendPoint } from './trend-geometry.ts'
import { placeTrend } from './trend-geometry.ts'

const anyNumber = fc.oneof(fc.double(), fc.constantFrom(Number.MAX_VALUE, -Number.MAX_VALUE, Number.MIN_VALUE, 0, -0, Number.NaN, Infinity))
const anyDate = fc.oneof(
  fc.date({ min: new Date('1920-01-01'), max: new Date('2030-01-01'), noInvalidDate: true }),
  fc.constantFrom('2026-11-22', '2026-11', '2026', '', '不明', '2026-11-22T09:00:00'),
)
const anyPoint: fc.Arbitrary<TrendPoint> = fc.record({ on: anyDate, value: fc.option(anyNumber) })
const anyRange = fc.option(fc.record({ low: fc.option(anyNumber, { nil: undefined }), high: fc.option(anyNumber, { nil: undefined }) }), {
  nil: undefined,
})

test('any course stays inside its drawing and never draws what is no number', () => {
  fc.assert(
    fc.property(fc.array(anyPoint, { maxLength: 40 }), anyRange, (points, range) => {
      const { lines, band, width, height } = placeTrend(points, range)
      for (const { x, y } of lines.flat()) {
        expect(x >= 0 && x <= width, `x=${x}`).toBe(true)
        expect(y >= 0 && y <= height, `y=${y}`).toBe(true)
      }
      if (band) expect(band.y >= 0 && band.height > 0 && band.y + band.height <= height + 1).toBe(true)
      const markup = renderToStaticMarkup(<Trend lang="ja" name="項目" unit="mg/dL" range={range} points={points} />)
      expect(markup.match(/<svg.*?<\/svg>/s)?.[0].replace(/aria-label="[^"]*"/, '') ?? '').not.toMatch(/NaN|Infinity/)
    }),
    { numRuns: 300 },
  )
})

test('every measured value is drawn once and gaps break the line', () => {
  fc.assert(
    fc.property(fc.array(fc.record({ on: fc.constant('2026-01-01'), value: fc.option(fc.integer()) }), { maxLength: 30 }), (points) => {
      const { lines } = placeTrend(points)
      expect(lines.flat().length).toBe(points.filter((point) => point.value !== null).length)
    }),
  )
  const gap = [1, null, 2, 3].map((value, index) => ({ on: `2026-01-0${index + 1}`, value }))
  expect(placeTrend(gap).lines.map((line) => line.length)).toEqual([1, 2])
})

test('a higher value never stands lower, a later day never left of an earlier one', () => {
  fc.assert(
    fc.property(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { minLength: 2, maxLength: 20 }), (values) => {
      const points = values.map((value, day) => ({ on: new Date(Date.UTC(2026, 0, day + 1)), value }))
      const placed = placeTrend(points).lines.flat()
      for (const [index, at] of placed.entries()) {
        const next = placed[index + 1]
        if (!next) continue
        expect(next.x).toBeGreaterThanOrEqual(at.x)
        if ((next.point.value ?? 0) > (at.point.value ?? 0)) expect(next.y).toBeLessThanOrEqual(at.y)
      }
    }),
  )
})

test.each([
  [5, { low: 4.9, high: 6 }, 'within'],
  [6, { low: 4.9, high: 6 }, 'within'],
  [6.1, { low: 4.9, high: 6 }, 'high'],
  [4.8, { low: 4.9, high: 6 }, 'low'],
  [200, { high: 139 }, 'high'],
  [10, { low: 40 }, 'low'],
  [5, {}, null],
  [5, undefined, null],
  [5, { low: 9, high: 1 }, null],
  [null, { low: 1 }, null],
  [Number.NaN, { low: 1 }, null],
] as const)('%s in %j is %s', (value, range, mark) => {
  expect(markOf(value, range)).toBe(mark)
})

test.each([
  [{ low: 4.9, high: 6 }, '4.9〜6.0', '4.9–6.0'],
  [{ high: 139 }, '139以下', '139 or less'],
  [{ low: 40 }, '40以上', '40 or more'],
  [{ low: 1, high: 2, text: '陰性' }, '陰性', '陰性'],
  [undefined, '', ''],
] as const)('the range %j is written %s', (range, ja, en) => {
  expect(rangeText(range, 'ja')).toBe(ja)
  expect(rangeText(range, 'en')).toBe(en)
})

test('out of range is told by shape and word, and the numbers stand behind the drawing', () => {
  const markup = renderToStaticMarkup(
    <Trend lang="ja" name="HbA1c" unit="%" range={{ low: 4.9, high: 6 }} points={[{ on: '2026-11-18', value: 8.4, text: '8.40' }]} />,
  )
  expect(markup).toContain('<strong class="number">8.40</strong><span class="unit">%</span>')
  expect(markup).toContain('高い')
  expect(markup).toContain('class="trend-out"')
  expect(markup).toMatch(/<table.*2026年11月18日（水）.*8\.40/s)
  const calm = renderToStaticMarkup(
    <Trend lang="ja" name="HbA1c" unit="%" range={{ low: 4.9, high: 6 }} points={[{ on: '2026-11-18', value: 5 }]} />,
  )
  expect(calm).not.toContain('trend-out')
})
