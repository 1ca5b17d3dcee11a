import { Component, useSubEnv } from "@odoo/owl";

import { useOwnDebugContext } from "@web/core/debug/debug_context";
import { registry } from "@web/core/registry";
import { getDefaultConfig, View } from "@web/views/view";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/**
 * A read-only form of the order inside the order's own form. It reads what it shows when it is
 * mounted, which a notebook does when its page is opened, and again when the order is read again.
 */
export class FulfillmentDetails extends Component {
    static template = "fulfillment_connector.FulfillmentDetails";
    static components = { View };
    static props = { ...standardWidgetProps, viewId: Number };

    setup() {
        // Breadcrumbs, pager and the developer's menu stay those of the form around it.
        // Nothing old is shown while the new is on its way.
        useSubEnv({ config: { ...getDefaultConfig(), cache: false } });
        useOwnDebugContext();
    }

    /** The same object until the order is read again: another context makes the form read. */
    get viewProps() {
        const { record, viewId } = this.props;
        // A list is made anew whenever its record is read; what somebody types changes it in place.
        const reading = record.data.fulfillment_line_ids?.id;
        if (this.reading !== reading) {
            this.reading = reading;
            this.formProps = {
                type: "form",
                resModel: record.resModel,
                resId: record.resId,
                viewId,
                readonly: true,
                context: {},
                display: { controlPanel: false },
            };
        }
        return this.formProps;
    }
}

registry.category("view_widgets").add("fulfillment_details", {
    component: FulfillmentDetails,
    fieldDependencies: [{ name: "fulfillment_line_ids", type: "one2many" }],
    extractProps: ({ attrs }) => ({ viewId: Number(attrs.view_id) }),
});
