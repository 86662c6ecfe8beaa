namespace Steering.Training.Optimisation;

/// <summary>Adam on a few parameters in managed arrays.</summary>
internal static class AdamArrays
{
    /// <summary>One step.</summary>
    /// <param name="kernel">Constants of this step.</param>
    /// <param name="parameters">Moved.</param>
    /// <param name="gradient">Of the same length, as are the moments.</param>
    /// <param name="first">First moment.</param>
    /// <param name="second">Second moment.</param>
    public static unsafe void Apply(AdamKernel kernel, float[] parameters, float[] gradient, float[] first, float[] second)
    {
        fixed (float* values = parameters, slope = gradient, one = first, two = second)
        {
            kernel.Apply(values, slope, 1, one, two, parameters.Length);
        }
    }
}
