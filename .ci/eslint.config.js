// What is wrong in any JavaScript, and names that are unused, unknown or given twice.

import js from "@eslint/js"
import globals from "globals"

export default [
  js.configs.recommended,
  { files: ["pointwise/**/*.js"], languageOptions: { globals: { ...globals.browser, ...globals.worker } } },
  { files: ["tests/**/*.mjs"], languageOptions: { globals: globals.node } },
  {
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "no-unused-vars": ["error", { args: "all", argsIgnorePattern: "^_$" }],
      "no-shadow": "error",
      "no-use-before-define": ["error", { functions: false }],
      eqeqeq: "error",
      "prefer-const": "error",
    },
  },
]
