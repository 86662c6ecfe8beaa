using System.Numerics;

namespace Steering.Templates;

/// <summary>Python's <c>+ - * / // % **</c> and the sign, on numbers, texts and lists.</summary>
internal static class Arithmetic
{
    public static object? Apply(RenderState state, string operation, object? left, object? right)
    {
        Operators.Refuse(state, left);
        if (operation != "%" || Operators.AsText(left) is null)
        {
            // A text is filled with nothing by an undefined value.
            Operators.Refuse(state, right);
        }

        if (PythonNumber.IsNumber(left) && PythonNumber.IsNumber(right))
        {
            return left is double || right is double
                ? Floats(state, operation, PythonNumber.Float(left), PythonNumber.Float(right))
                : Integers(state, operation, left!, right!);
        }

        return operation switch
        {
            "+" => Concatenate(state, left, right),
            "*" when PythonNumber.IsInteger(right) => Repeat(state, left, right),
            "*" when PythonNumber.IsInteger(left) => Repeat(state, right, left),
            "%" when Operators.AsText(left) is { } format => Rewrap(left, PythonFormat.Percent(state, format, right, left is Markup)),
            _ => null,
        } ?? throw Unsupported(state, operation, left, right);
    }

    public static object Negate(RenderState state, object? value, bool negative)
    {
        Operators.Refuse(state, value);
        return value switch
        {
            double d => state.Number(negative ? -d : d),
            _ when PythonNumber.IsInteger(value) => state.Number(negative ? -PythonNumber.Integer(value) : PythonNumber.Integer(value)),
            _ => throw state.Error($"bad operand type for unary {(negative ? '-' : '+')}: '{Operators.TypeName(value)}'"),
        };
    }

    /// <summary>A text in the kind of another: HTML stays HTML.</summary>
    public static object Rewrap(object? like, string text) => like is Markup ? new Markup(text) : text;

    private static TemplateException Unsupported(RenderState state, string operation, object? left, object? right) =>
        operation == "+" && left is string ? state.Error($"can only concatenate str (not \"{Operators.TypeName(right)}\") to str")
        : operation == "+" && left is TemplateList { IsSequence: true } list ? state.Error($"can only concatenate {Operators.TypeName(list)} (not \"{Operators.TypeName(right)}\") to {Operators.TypeName(list)}")
        : state.Error($"unsupported operand type(s) for {operation}: '{Operators.TypeName(left)}' and '{Operators.TypeName(right)}'");

    private static object? Concatenate(RenderState state, object? left, object? right)
    {
        if (left is TemplateList { IsSequence: true } a && right is TemplateList { IsSequence: true } b && a.Kind == b.Kind)
        {
            state.MakeItems((long)a.Items.Length + b.Items.Length);
            return new TemplateList([.. a.Items, .. b.Items], a.Kind);
        }

        if (Operators.AsText(left) is not { } first || Operators.AsText(right) is not { } second)
        {
            return null;
        }

        var marked = left is Markup || right is Markup;
        first = marked && left is string ? Escape(state, first) : first;
        second = marked && right is string ? Escape(state, second) : second;
        state.MakeText((long)first.Length + second.Length);
        return marked ? new Markup(first + second) : first + second;
    }

    /// <summary>A text as HTML, paid for: each character may become five.</summary>
    public static string Escape(RenderState state, string text)
    {
        state.MakeText(text.Length * 5L);
        return PythonText.Escape(text);
    }

    private static object? Repeat(RenderState state, object? value, object? times)
    {
        var count = Math.Max(0, Operators.Integer(state, times));
        switch (value)
        {
            case TemplateList { IsSequence: true } list:
                state.MakeItems((long)list.Items.Length * count);
                return new TemplateList([.. Enumerable.Repeat(list.Items, list.Items.Length == 0 ? 0 : count).SelectMany(items => items)], list.Kind);
            case string or Markup:
                var text = Operators.AsText(value)!;
                state.MakeText((long)text.Length * count);
                return Rewrap(value, text.Length == 0 ? text : string.Concat(Enumerable.Repeat(text, count)));
            default:
                return null;
        }
    }

    private static object Integers(RenderState state, string operation, object left, object right)
    {
        if (left is long a && right is long b)
        {
            // Products and sums that stay in 64 bits, which is nearly all of them.
            var (sum, difference) = (a + b, a - b);
            switch (operation)
            {
                case "+" when ((a ^ sum) & (b ^ sum)) >= 0:
                    return state.Number(sum);
                case "-" when ((a ^ b) & (a ^ difference)) >= 0:
                    return state.Number(difference);
                case "*" when Math.BigMul(a, b, out var product) is var high && high == product >> 63:
                    return state.Number(product);
            }
        }

        var (x, y) = (PythonNumber.Integer(left), PythonNumber.Integer(right));
        if (operation is "/" or "//" or "%" && y.IsZero)
        {
            throw state.Error(operation == "/" ? "division by zero" : "integer division or modulo by zero");
        }

        switch (operation)
        {
            case "+":
                return state.Number(x + y);
            case "-":
                return state.Number(x - y);
            case "*":
                state.Work(x.GetBitLength() * y.GetBitLength() / 4096);
                return state.Number(x * y);
            case "/":
                return Finite(state, (double)x / (double)y);
            case "//":
                return state.Number(Floor(x, y));
            case "%":
                return state.Number(x - (Floor(x, y) * y));
            default:
                return Power(state, x, y);
        }
    }

    private static BigInteger Floor(BigInteger x, BigInteger y)
    {
        var quotient = BigInteger.DivRem(x, y, out var remainder);
        return !remainder.IsZero && (remainder.Sign < 0) != (y.Sign < 0) ? quotient - 1 : quotient;
    }

    private static object Power(RenderState state, BigInteger x, BigInteger y)
    {
        if (y.Sign < 0)
        {
            return Floats(state, "**", (double)x, (double)y);
        }

        if (x.IsZero || x.IsOne || y.IsZero || x == BigInteger.MinusOne)
        {
            return state.Number(y.IsZero || x.IsOne || (x.Sign < 0 && y.IsEven) ? 1L : x.IsZero ? 0L : -1L);
        }

        if (y * (x.GetBitLength() - 1) > PythonNumber.LargestBits)
        {
            throw state.Limit($"it makes an integer of more than {PythonNumber.LargestBits} bits");
        }

        state.Work(PythonNumber.LargestBits / 64);
        return state.Number(BigInteger.Pow(x, (int)y));
    }

    private static object Floats(RenderState state, string operation, double x, double y)
    {
        if (operation is "/" or "//" or "%" && y == 0)
        {
            throw state.Error(operation == "/" ? "float division by zero" : operation == "//" ? "float floor division by zero" : "float modulo");
        }

        switch (operation)
        {
            case "+":
                return state.Number(x + y);
            case "-":
                return state.Number(x - y);
            case "*":
                return state.Number(x * y);
            case "/":
                return state.Number(x / y);
            case "//":
                return state.Number(Math.Floor((x - Modulo(x, y)) / y));
            case "%":
                return state.Number(Modulo(x, y));
            default:
                if (x == 0 && y < 0)
                {
                    throw state.Error("0.0 cannot be raised to a negative power");
                }

                var power = Math.Pow(x, y);
                return double.IsNaN(power) && !double.IsNaN(x) && !double.IsNaN(y) ? throw state.Error("a root of a negative number is no real number") : Finite(state, power, double.IsFinite(x) && double.IsFinite(y));
        }
    }

    private static double Modulo(double x, double y)
    {
        var remainder = x % y;
        return remainder != 0 && (remainder < 0) != (y < 0) ? remainder + y : remainder == 0 ? Math.CopySign(0, y) : remainder;
    }

    private static object Finite(RenderState state, double value, bool required = true) =>
        required && !double.IsFinite(value) ? throw state.Error("the result is too large for a float") : state.Number(value);
}
