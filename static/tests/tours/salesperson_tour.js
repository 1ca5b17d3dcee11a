import { registry } from "@web/core/registry";

const openPage = {
    content: "open the Fulfillment page",
    trigger: ".o_notebook_headers .nav-link:contains(Fulfillment)",
    run: "click",
};

registry.category("web_tour.tours").add("fulfillment_salesperson", {
    steps: () => [
        {
            content: "the list shows the state of the order",
            trigger: "tr.o_data_row:has(.badge:contains(Needs attention)) td[name=name]",
            run: "click",
        },
        {
            content: "so does the form",
            trigger: ".o_form_sheet [name=fulfillment_state]:contains(Needs attention)",
        },
        openPage,
        {
            content: "the page tells what became of each line",
            trigger: "[name=fulfillment_line_ids] td[name=fulfillment_qty_ordered]:contains(2)",
        },
        {
            content: "and what the platform said of it",
            trigger: "[name=fulfillment_message_ids] tr.o_data_row:contains(Too many)",
        },
        {
            content: "go to the next order",
            trigger: ".o_pager_next",
            run: "click",
        },
        {
            content: "the page is open still, with a parcel of that order",
            trigger: "[name=fulfillment_outbound_ids] tr.o_data_row:contains(TRACK-0)",
        },
        {
            trigger: "body:not(:has([name=fulfillment_message_ids] tr.o_data_row))",
        },
        {
            content: "and back",
            trigger: ".o_pager_previous",
            run: "click",
        },
        {
            trigger: "[name=fulfillment_message_ids] tr.o_data_row:contains(Too many)",
        },
        {
            content: "no credentials here",
            trigger: "body:not(:has([name=password], [name=username], [name=account_number]))",
        },
        {
            content: "the banner leads to the message",
            trigger: "button[name=action_view_fulfillment_attention]",
            run: "click",
        },
        {
            content: "the reason is in plain words",
            trigger: ".alert-danger [name=reason]:contains(Too many)",
        },
        {
            content: "ignoring is for managers",
            trigger: ".o_form_view:not(:has(button[name=action_ignore]))",
        },
        {
            content: "try again",
            trigger: "button[name=action_retry]",
            run: "click",
        },
        {
            trigger: ".o_arrow_button_current:contains(Received)",
        },
        {
            content: "back to the order",
            trigger: ".o_field_widget[name=order_id] a",
            run: "click",
        },
        openPage,
        {
            content: "fetch",
            trigger: "button[name=action_fulfillment_fetch]",
            run: "click",
        },
        {
            content: "it tells what happened",
            trigger: ".o_notification:contains(1 applied)",
        },
        {
            content: "what came is on the page already",
            trigger: "[name=fulfillment_message_ids] tr.o_data_row:has(.badge:contains(Applied))",
        },
        {
            content: "the item is shipped",
            trigger: "[name=fulfillment_line_ids] td[name=fulfillment_qty_shipped]:contains(1)",
        },
        {
            content: "open the parcel",
            trigger: "[name=fulfillment_outbound_ids] tr.o_data_row:contains(TRACK-1) td[name=content]",
            run: "click",
        },
        {
            trigger: ".modal [name=tracking_ref]:contains(TRACK-1)",
        },
        {
            trigger: ".modal .btn-close",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "all messages of the order",
            trigger: "button[name=action_view_fulfillment_messages]",
            run: "click",
        },
        {
            trigger: "body:not(:has(.o_form_view))",
        },
        {
            trigger: ".o_list_view tr.o_data_row:has(.badge:contains(Applied)) td[name=sku]",
            run: "click",
        },
        {
            trigger: ".o_field_widget[name=account_id] a",
            run: "click",
        },
        {
            content: "a salesperson sees no credentials on the account",
            trigger:
                ".o_form_view:has([name=channel_number]):not(:has([name=password], [name=username], [name=account_number]))",
        },
    ],
});
