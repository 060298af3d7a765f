/** Marks a device that several members of staff share. */
export const DESK_COOKIE = 'enishi_desk'

/** Leads back to the place somebody left when they locked the desk; says nothing by itself. */
export const PLACE_COOKIE = 'enishi_place'
