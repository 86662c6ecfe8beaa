using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Steering.Training.Optimisation;

/// <summary>One Adam step over a run of parameters, in one pass over memory.</summary>
internal readonly struct AdamKernel
{
    private const int Lanes = 16;

    // The moments of a latent that is never active decay into denormal numbers, which cost a hundred times as much.
    private const float Tiny = 1e-30f;

    private readonly float _beta1;
    private readonly float _beta2;
    private readonly float _rate;
    private readonly float _epsilon;

    /// <param name="settings">Constants.</param>
    /// <param name="step">1 for the first step.</param>
    /// <param name="learningRate">Learning rate of this step.</param>
    public AdamKernel(AdamSettings settings, long step, double learningRate)
    {
        // p −= lr·(m/c1) / (√(v/c2) + ε) = (lr·√c2/c1)·m / (√v + ε·√c2)
        var correction1 = 1 - Math.Pow(settings.Beta1, step);
        var correction2 = Math.Sqrt(1 - Math.Pow(settings.Beta2, step));
        _beta1 = (float)settings.Beta1;
        _beta2 = (float)settings.Beta2;
        _rate = (float)(learningRate * correction2 / correction1);
        _epsilon = (float)(settings.Epsilon * correction2);
    }

    /// <summary>Updates parameters and both moments.</summary>
    /// <param name="parameters">[count].</param>
    /// <param name="gradient">[count], or null for a gradient of 0.</param>
    /// <param name="scale">Factor on the gradient (clipping).</param>
    /// <param name="first">[count] first moment.</param>
    /// <param name="second">[count] second moment.</param>
    /// <param name="count">Number of parameters.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public unsafe void Apply(float* parameters, float* gradient, float scale, float* first, float* second, int count)
    {
        var beta1 = Vector512.Create(_beta1);
        var beta2 = Vector512.Create(_beta2);
        var rest1 = Vector512.Create((1 - _beta1) * scale);
        var rest2 = Vector512.Create((1 - _beta2) * scale * scale);
        var rate = Vector512.Create(_rate);
        var epsilon = Vector512.Create(_epsilon);
        var tiny = Vector512.Create(Tiny);
        var i = 0;
        for (; i + Lanes <= count; i += Lanes)
        {
            var m = beta1 * Vector512.Load(first + i);
            var v = beta2 * Vector512.Load(second + i);
            if (gradient != null)
            {
                var g = Vector512.Load(gradient + i);
                m = Vector512.FusedMultiplyAdd(rest1, g, m);
                v = Vector512.FusedMultiplyAdd(rest2, g * g, v);
            }

            m = Vector512.ConditionalSelect(Vector512.GreaterThan(Vector512.Abs(m), tiny), m, Vector512<float>.Zero);
            v = Vector512.ConditionalSelect(Vector512.GreaterThan(v, tiny), v, Vector512<float>.Zero);
            m.Store(first + i);
            v.Store(second + i);
            (Vector512.Load(parameters + i) - (rate * m / (Vector512.Sqrt(v) + epsilon))).Store(parameters + i);
        }

        for (; i < count; i++)
        {
            var g = gradient == null ? 0 : gradient[i];
            first[i] = Flushed((_beta1 * first[i]) + ((1 - _beta1) * scale * g));
            second[i] = Flushed((_beta2 * second[i]) + ((1 - _beta2) * scale * scale * g * g));
            parameters[i] -= _rate * first[i] / (MathF.Sqrt(second[i]) + _epsilon);
        }
    }

    private static float Flushed(float value) => MathF.Abs(value) > Tiny ? value : 0;
}
