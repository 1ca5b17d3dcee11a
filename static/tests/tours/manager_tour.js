import { registry } from "@web/core/registry";

const fill = (name, value) => ({
    content: `fill in ${name}`,
    trigger: `#fulfillment_account [name=fulfillment_${name}] input`,
    run: `edit ${value}`,
});

registry.category("web_tour.tours").add("fulfillment_manager", {
    steps: () => [
        {
            content: "open the settings of Sales",
            trigger: ".settings_tab .tab[data-key=sale_management]",
            run: "click",
        },
        fill("account_number", "2604"),
        fill("username", "fc-api"),
        fill("password", "fc-api-demo"),
        fill("channel_number", "318"),
        {
            content: "test the connection, with what was just filled in",
            trigger: "#fulfillment_account button[name=action_fulfillment_test_connection]",
            run: "click",
        },
        {
            trigger: ".o_notification_bar.bg-success",
        },
        {
            content: "the account is connected",
            trigger: "#fulfillment_account .badge:contains(Connected)",
        },
        {
            content: "a way to all accounts",
            trigger: "#fulfillment_account button:contains(All accounts)",
            run: "click",
        },
        {
            trigger: ".o_list_view tr.o_data_row td[name=name]:contains(Tour)",
            run: "click",
        },
        {
            content: "the sync log of the account",
            trigger: "button[name=action_view_sync]",
            run: "click",
        },
        {
            trigger: ".o_list_view tr.o_data_row:contains(Connection test) .badge:contains(Done)",
        },
    ],
});
