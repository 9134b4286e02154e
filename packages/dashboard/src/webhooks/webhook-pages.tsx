import { Route, Routes } from 'react-router'
import { Allowed } from '../organisations/allowed.tsx'
import { NothingHere } from '../organisations/nothing-here.tsx'
import { DeliveryPage } from './delivery-page.tsx'
import { EditEndpointPage } from './edit-endpoint-page.tsx'
import { EndpointPage } from './endpoint-page.tsx'
import { EndpointsPage } from './endpoints-page.tsx'
import { EventTypesPage } from './event-types-page.tsx'
import { NewEndpointPage } from './new-endpoint-page.tsx'

/** All about webhooks, loaded when one of its pages is first opened. */
export default function WebhookPages() {
  return (
    <Allowed needs="webhook:manage">
      <Routes>
        <Route index element={<EndpointsPage />} />
        <Route path="new" element={<NewEndpointPage />} />
        <Route path="events" element={<EventTypesPage />} />
        <Route path=":webhook" element={<EndpointPage />} />
        <Route path=":webhook/edit" element={<EditEndpointPage />} />
        <Route path=":webhook/deliveries/:delivery" element={<DeliveryPage />} />
        <Route path="*" element={<NothingHere />} />
      </Routes>
    </Allowed>
  )
}
