import { Route, Routes } from 'react-router'
import { Allowed } from '../organisations/allowed.tsx'
import { NothingHere } from '../organisations/nothing-here.tsx'
import { BillingPage } from './billing-page.tsx'
import { DetailsPage } from './details-page.tsx'
import { EditInvoicePage } from './edit-invoice-page.tsx'
import { InvoicePage } from './invoice-page.tsx'
import { NewInvoicePage } from './new-invoice-page.tsx'

/** All about billing, loaded when one of its pages is first opened. */
export default function BillingPages() {
  return (
    <Allowed needs="billing:read">
      <Routes>
        <Route index element={<BillingPage />} />
        <Route
          path="new"
          element={
            <Allowed needs="billing:manage">
              <NewInvoicePage />
            </Allowed>
          }
        />
        <Route path="details" element={<DetailsPage />} />
        <Route path=":invoice" element={<InvoicePage />} />
        <Route
          path=":invoice/edit"
          element={
            <Allowed needs="billing:manage">
              <EditInvoicePage />
            </Allowed>
          }
        />
        <Route path="*" element={<NothingHere />} />
      </Routes>
    </Allowed>
  )
}
