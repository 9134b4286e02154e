import { fieldsOf, type JsonSchema } from './schema-fields.ts'
import classes from './schema-table.module.css'

/** The fields of an event's data, one a line. */
export function SchemaTable({ label, schema }: { label: string; schema: JsonSchema }) {
  return (
    <table className={classes.table} aria-label={label}>
      <thead>
        <tr>
          <th scope="col">Field of data</th>
          <th scope="col">Is</th>
        </tr>
      </thead>
      <tbody>
        {fieldsOf(schema).map(({ path, type, isOptional, about }) => (
          <tr key={path}>
            <th scope="row">
              <code>{path}</code>
            </th>
            <td>
              {type}
              {isOptional && ', if any'}
              {about !== undefined && <span className={classes.about}>{about}</span>}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  )
}
