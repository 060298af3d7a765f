import type { Random } from '../random.ts'
import type { Sex } from '../model.ts'

/**
 * People in Japan by five-year band and sex, in ten thousands: rounded approximations to the population estimates of
 * 1 October 2024 (人口推計, Statistics Bureau). The last band, 90 and over, is open.
 */
export const pyramid: readonly { from: number; male: number; female: number }[] = [
  { from: 0, male: 203, female: 194 },
  { from: 5, male: 242, female: 231 },
  { from: 10, male: 264, female: 252 },
  { from: 15, male: 281, female: 266 },
  { from: 20, male: 318, female: 302 },
  { from: 25, male: 331, female: 313 },
  { from: 30, male: 326, female: 309 },
  { from: 35, male: 352, female: 338 },
  { from: 40, male: 389, female: 378 },
  { from: 45, male: 454, female: 442 },
  { from: 50, male: 496, female: 487 },
  { from: 55, male: 424, female: 421 },
  { from: 60, male: 375, female: 380 },
  { from: 65, male: 355, female: 372 },
  { from: 70, male: 380, female: 420 },
  { from: 75, male: 361, female: 436 },
  { from: 80, male: 247, female: 339 },
  { from: 85, male: 148, female: 252 },
  { from: 90, male: 75, female: 201 },
]

export const pyramidTotal = pyramid.reduce((sum, band) => sum + band.male + band.female, 0)

const cells = pyramid.flatMap((band) => [
  { from: band.from, sex: 'male' as Sex, weight: band.male },
  { from: band.from, sex: 'female' as Sex, weight: band.female },
])

/** Ninety and over thins out by about a fifth each year. */
function ageInBand(random: Random, from: number): number {
  if (from < 90) return from + random.whole(0, 4)
  let age = 90
  while (age < 106 && random.chance(0.78)) age++
  return age
}

/** `count` ages and sexes by quota (largest remainder), so that even a small region has the shape of the country. */
export function agesByQuota(random: Random, count: number): { age: number; sex: Sex }[] {
  const exact = cells.map((cell) => ({ ...cell, share: (cell.weight / pyramidTotal) * count }))
  const whole = exact.map((cell) => ({ ...cell, seats: Math.floor(cell.share), rest: cell.share - Math.floor(cell.share) }))
  let open = count - whole.reduce((sum, cell) => sum + cell.seats, 0)
  for (const cell of [...whole].sort((a, b) => b.rest - a.rest)) {
    if (open-- <= 0) break
    cell.seats++
  }
  return whole.flatMap((cell) => Array.from({ length: cell.seats }, () => ({ age: ageInBand(random, cell.from), sex: cell.sex })))
}

/** One age and sex drawn from the pyramid. */
export function ageFromPyramid(random: Random): { age: number; sex: Sex } {
  const cell = random.weighted(cells, (c) => c.weight)
  return { age: ageInBand(random, cell.from), sex: cell.sex }
}
