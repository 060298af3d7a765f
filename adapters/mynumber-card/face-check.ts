/**
 * The reader compares the person before it with the photo in the card's chip. Picture and template stay within the reader and
 * are gone when the comparison is over: nothing but yes or no crosses this port, so that there is nothing to keep.
 */
export type FaceCheck = {
  /** Takes one look. `false` says only that the reader could not tell it is the same person. */
  matches(signal?: AbortSignal): Promise<boolean>
}

/** The demo's reader: whoever shows it chooses what the camera would have said. */
export const chosenFaceCheck = (outcome: () => boolean | Promise<boolean>): FaceCheck => ({
  matches: async () => (await outcome()) === true,
})
