using Steering.Training.Optimisation;

namespace Steering.Tests.Training.Kernels;

[TestClass]
public sealed unsafe class AdamKernelTests
{
    [TestMethod]
    public void Apply_ManySteps_FollowsThePapersFormula()
    {
        const int Count = 37;
        var settings = new AdamSettings(0.9, 0.99, 1e-8);
        var random = new Random(3);
        var p = Enumerable.Range(0, Count).Select(_ => random.NextSingle()).ToArray();
        var m = new float[Count];
        var v = new float[Count];
        var expected = p.Select(value => (double)value).ToArray();
        var m64 = new double[Count];
        var v64 = new double[Count];
        for (var step = 1; step <= 50; step++)
        {
            // Every third step has no gradient, as for latents that were not active.
            var g = Enumerable.Range(0, Count).Select(_ => step % 3 == 0 ? 0 : random.NextSingle() - 0.5f).ToArray();
            fixed (float* parameters = p, first = m, second = v, gradient = g)
            {
                new AdamKernel(settings, step, 0.01).Apply(parameters, step % 3 == 0 ? null : gradient, 0.5f, first, second, Count);
            }

            for (var i = 0; i < Count; i++)
            {
                var scaled = 0.5 * g[i];
                m64[i] = (0.9 * m64[i]) + (0.1 * scaled);
                v64[i] = (0.99 * v64[i]) + (0.01 * scaled * scaled);
                expected[i] -= 0.01 * (m64[i] / (1 - Math.Pow(0.9, step))) / (Math.Sqrt(v64[i] / (1 - Math.Pow(0.99, step))) + 1e-8);
            }
        }

        for (var i = 0; i < Count; i++)
        {
            Assert.AreEqual(expected[i], p[i], 2e-5);
        }
    }
}
