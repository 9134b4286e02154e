import { NativeSelect } from '@mantine/core'
import type { DeliveryFilter } from './delivery-filter.ts'
import { deliveryStatuses, statusOf } from './delivery-status.ts'
import classes from './delivery-toolbar.module.css'
import { useNouns } from './event-types.ts'

/** Narrows the record of deliveries by status and by type of event. */
export function DeliveryToolbar(props: { filter: DeliveryFilter; onChange: (filter: DeliveryFilter) => void }) {
  const { filter, onChange } = props
  const { nouns = [] } = useNouns()
  const { status, type } = filter
  const types = nouns.map(({ noun, name, types }) => ({
    group: name,
    items: [{ value: `${noun}.*`, label: `All of ${noun}.*` }, ...types.map((one) => one.type)],
  }))
  return (
    <search className={classes.toolbar}>
      <NativeSelect
        data={[
          { value: '', label: 'Every status' },
          ...deliveryStatuses.map((value) => ({ value, label: statusOf(value).name })),
        ]}
        value={status ?? ''}
        onChange={({ currentTarget: { value } }) => {
          const chosen = deliveryStatuses.find((one) => one === value)
          onChange({ ...(type === undefined ? {} : { type }), ...(chosen === undefined ? {} : { status: chosen }) })
        }}
        aria-label="Status"
      />
      <NativeSelect
        data={[{ value: '', label: 'Every type' }, ...types]}
        value={type ?? ''}
        onChange={({ currentTarget: { value } }) =>
          onChange({ ...(status === undefined ? {} : { status }), ...(value === '' ? {} : { type: value }) })
        }
        aria-label="Type of event"
      />
    </search>
  )
}
