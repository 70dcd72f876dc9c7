/** How much each subject may ask and have answered in a window of time. */
package io.synapse.budget;
