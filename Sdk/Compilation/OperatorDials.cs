using Steering.Policies;
using Steering.Sockets;

namespace Steering.Compilation;

/// <summary>Every operator as a setting of the socket's one transfer function, clamp(gain·v + offset, low, high) behind a gate.</summary>
internal static class OperatorDials
{
    /// <summary>Turns the edit dials of a row.</summary>
    /// <param name="row">A neutral row.</param>
    /// <param name="intervention">The intervention.</param>
    /// <param name="value">Its value for this row in the units of the row's activation; 0 where the operator takes none.</param>
    public static void Apply(RowDraft row, Intervention intervention, float value)
    {
        switch (intervention.Operator)
        {
            case SteeringOperator.Add:
                row[Dial.Offset] = value;
                break;
            case SteeringOperator.Clamp:
                (row[Dial.Low], row[Dial.High]) = (value, value);
                break;
            case SteeringOperator.ClampWhereActive:
                (row[Dial.Low], row[Dial.High], row[Dial.Gate]) = (value, value, 0);
                break;
            case SteeringOperator.Scale:
            case SteeringOperator.ProjectionGain:
                row[Dial.Gain] = intervention.Gain!.Value;
                break;
            case SteeringOperator.Ablate:
            case SteeringOperator.FullMask:
                row[Dial.Gain] = 0;
                break;
            case SteeringOperator.Cap:
                row[Dial.High] = value;
                break;
            case SteeringOperator.Floor:
                row[Dial.Low] = value;
                break;
            case SteeringOperator.Attenuate:
            case SteeringOperator.RangeMask:
            case SteeringOperator.Dampen:
                // Their rows carry a response instead.
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(intervention), intervention.Operator, "Not an operator.");
        }
    }
}
