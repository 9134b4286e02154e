import type { Scale } from '../bench.ts'
import type { Section } from '../report.ts'
import { changes, singleChanges } from '../webhooks/changes.ts'
import { besideHanging, latency } from '../webhooks/latency.ts'
import { throughput } from '../webhooks/throughput.ts'

export async function webhooks(scale: Scale): Promise<Section> {
  return {
    title: 'Webhooks',
    method:
      'To a receiver in a process of its own, which takes everything at once. A change is one of a role over HTTP, one after the other; each by itself: right after one that no endpoint gets and that is not counted, which is made once what came of all posts is written down; of either kind in turn, from when the client asks until it has read the answer. Deliveries a second: one endpoint that has thousands waiting, its record of each included, beside a bare undici loop that posts the same body to the same receiver over as many connections. First attempts: from the moment at which the driver hears that a role change is committed until the receiver has the whole request, one change after the other.',
    measurements: [
      ...(await changes(scale)),
      ...(await singleChanges(scale)),
      ...(await throughput(scale)),
      ...(await latency(scale)),
      ...(await besideHanging(scale)),
    ],
  }
}
