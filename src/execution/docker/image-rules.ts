import type { Image } from '../../model/image.ts'
import { imageBytes } from '../../model/image.ts'
import { nameRefusal } from '../../model/image-rules.ts'
import type { ImageRules } from '../../model/image-rules.ts'
import type { Failure } from '../outcome.ts'

/** Why an image does not come onto this machine; undefined when it may. */
export function imageRefusal (image: Image, rules: ImageRules): Failure | undefined {
  const named = nameRefusal(image.reference, rules)
  if (named !== undefined) return refused(named)
  const bytes = imageBytes(image)
  if (bytes > rules.maxBytes) return refused(`the image ${image.reference} has ${mib(bytes)} MiB packed, this machine allows ${mib(rules.maxBytes)} MiB unpacked`)
  return undefined
}

function refused (message: string): Failure {
  return { failureClass: 'transport', code: 'IMAGE_REFUSED', message }
}

function mib (bytes: number): number {
  return Math.round(bytes / 1024 / 1024)
}
