import { registry } from "@web/core/registry";

const open = (customer) => ({
    content: `open the quotation of ${customer}`,
    trigger: `tr.o_data_row:contains(${customer}) td[name=name]`,
    run: "click",
});
const confirm = [
    {
        content: "confirm",
        trigger: ".o_statusbar_buttons button[name=action_confirm]:visible",
        run: "click",
    },
    shows("To send"),
];
const run = [
    {
        content: "open the Fulfillment page",
        trigger: ".o_notebook_headers .nav-link:contains(Fulfillment)",
        run: "click",
    },
    {
        content: "it stands in the outbox",
        trigger: "[name=fulfillment_outbox_ids] tr.o_data_row:contains(Order):contains(To send)",
    },
    {
        content: "let the exchange run now",
        trigger: "button[name=action_fulfillment_fetch]",
        run: "click",
    },
];

function shows(state) {
    return {
        content: `the order shows: ${state}`,
        trigger: `.o_form_sheet [name=fulfillment_state]:contains(${state})`,
        timeout: 30000, // two HTTP calls and a save come before it
    };
}

registry.category("web_tour.tours").add("fulfillment_sent", {
    steps: () => [
        open("Ada Example"),
        ...confirm,
        ...run,
        shows("Sent"),
        {
            content: "the platform's number",
            trigger: "[name=fulfillment_ref] input:value(/[0-9]+/)",
        },
        {
            content: "no way to send it twice",
            trigger: ".o_action_manager:not(:has(button[name=action_fulfillment_send]:visible))",
        },
    ],
});

registry.category("web_tour.tours").add("fulfillment_corrected", {
    steps: () => [
        open("Bert Example"),
        ...confirm,
        ...run,
        shows("Needs attention"),
        {
            content: "the first reason",
            trigger: ".alert-danger [name=fulfillment_send_reason]:contains(1.5)",
        },
        {
            content: "and the second one",
            trigger: ".alert-danger [name=fulfillment_send_reason]:contains(SKU)",
        },
        {
            content: "correct only one of them",
            trigger: ".o_notebook_headers .nav-link:contains(Order Lines)",
            run: "click",
        },
        {
            trigger: "[name=order_line] tr.o_data_row:contains(Cup) td[name=product_uom_qty]",
            run: "click",
        },
        {
            trigger: "[name=order_line] tr.o_data_row:contains(Cup) td[name=product_uom_qty] input",
            run: "edit 2",
        },
        {
            trigger: ".alert-danger button[name=action_fulfillment_send]",
            run: "click",
        },
        {
            content: "what is left is told at once",
            trigger: ".modal .modal-body:contains(SKU):not(:contains(1.5))",
        },
        {
            trigger: ".modal .modal-footer button.btn-primary",
            run: "click",
        },
        {
            trigger: "body:not(:has(.modal))",
        },
        {
            content: "take the other line off",
            trigger: "[name=order_line] tr.o_data_row:contains(Saucer) td[name=product_uom_qty]",
            run: "click",
        },
        {
            trigger:
                "[name=order_line] tr.o_data_row:contains(Saucer) td[name=product_uom_qty] input",
            run: "edit 0",
        },
        {
            trigger: ".alert-danger button[name=action_fulfillment_send]",
            run: "click",
        },
        shows("To send"),
        ...run,
        shows("Sent"),
    ],
});

registry.category("web_tour.tours").add("fulfillment_arrived", {
    steps: () => [
        open("Cora Example"),
        ...confirm,
        ...run,
        shows("Arrival unknown"),
        {
            content: "sending again asks first",
            trigger: ".alert-warning button[name=action_fulfillment_send_again]",
            run: "click",
        },
        {
            trigger: ".modal .modal-body:contains(twice)",
        },
        {
            trigger: ".modal .modal-footer button.btn-secondary",
            run: "click",
        },
        {
            content: "it is there",
            trigger: ".alert-warning button[name=action_fulfillment_enter_ref]",
            run: "click",
        },
        {
            trigger: ".modal [name=ref] input",
            run: "edit 7654321",
        },
        {
            trigger: ".modal button[name=action_enter]",
            run: "click",
        },
        shows("Sent"),
        {
            content: "the way to the outbox",
            trigger: "button[name=action_view_fulfillment_outbox]",
            run: "click",
        },
        {
            trigger: ".o_list_view tr.o_data_row:contains(7654321) td[name=kind]",
            run: "click",
        },
        {
            content: "and back to the order",
            trigger: "button[name=action_view_order]",
            run: "click",
        },
        shows("Sent"),
    ],
});
