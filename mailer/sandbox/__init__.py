"""The sandbox: children with limits that take foreign octets apart, and what they tell of them."""
