using Steering.Analysis.Behaviours;

namespace Steering.Tests.Analysis.Behaviours;

[TestClass]
public sealed class PrincipalMapTests
{
    /// <summary>Four points of the unit sphere whose components are known: ±0.6 on one axis, ±0.1 on another.</summary>
    [TestMethod]
    public void Map_OfAKnownCloud_HasItsAxesAndShares()
    {
        float[][] vectors = [.. from a in (double[])[0.6, -0.6] from b in (double[])[0.1, -0.1] select (float[])[(float)a, 0, (float)b, (float)Math.Sqrt(1 - (a * a) - (b * b))]];
        var (points, first, second) = PrincipalMap.Of(vectors);
        Assert.AreEqual(0.36 / 0.37, first, 1e-6);
        Assert.AreEqual(0.01 / 0.37, second, 1e-6);
        for (var index = 0; index < vectors.Length; index++)
        {
            Assert.AreEqual(0.6, Math.Abs(points[index].X), 1e-6);
            Assert.AreEqual(0.1, Math.Abs(points[index].Y), 1e-6);
            Assert.AreEqual(Math.Sign(vectors[0][0] * vectors[index][0]), Math.Sign(points[0].X * points[index].X));
        }
    }

    [TestMethod]
    public void Map_OfOneVector_IsTheOrigin() => Assert.AreEqual((0.0, 0.0), PrincipalMap.Of([[3, 4]]).Points[0]);
}
